"""Writes what a firmware in setup mode takes as its Secure Boot keys: enrolment.py VARIABLE SIGNER > VARIABLE.auth

VARIABLE is PK, KEK or db, SIGNER the key above it; both are the .crt and .key of this folder. The layout is the UEFI
specification's EFI_VARIABLE_AUTHENTICATION_2, followed by one EFI_SIGNATURE_LIST.
"""

import ssl
import struct
import subprocess
import sys
import time
import uuid
from pathlib import Path

GLOBAL = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c").bytes_le
SECURITY_DATABASE = uuid.UUID("d719b2cb-3d3a-4596-a3bc-dad00e67656f").bytes_le
X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072").bytes_le
PKCS7 = uuid.UUID("4aafd29d-68df-49ee-8aa9-347d375665a7").bytes_le
# Kept without power, seen by boot loader and system, written with a signature over the time.
ATTRIBUTES = struct.pack("<I", 0x27)
WIN_CERT_TYPE_EFI_GUID = 0x0EF1
# The SignedData lies behind the head of its ContentInfo: firmware expects it bare.
CONTENT_INFO_HEAD = 19

variable, signer = sys.argv[1:]
certificate = ssl.PEM_cert_to_DER_cert(Path(f"{variable}.crt").read_text())
owner = uuid.uuid5(uuid.NAMESPACE_OID, Path("PK.crt").read_text()).bytes_le
entry = owner + certificate
signature_list = X509 + struct.pack("<III", 28 + len(entry), 0, len(entry)) + entry

now = time.gmtime()
timestamp = struct.pack("<H5Bx4xh2x", now.tm_year, now.tm_mon, now.tm_mday, now.tm_hour, now.tm_min, now.tm_sec, 0)
place = SECURITY_DATABASE if variable == "db" else GLOBAL
signed = subprocess.run(
    ["openssl", "smime", "-sign", "-binary", "-noattr", "-md", "sha256", "-outform", "DER", "-signer", f"{signer}.crt",
     "-inkey", f"{signer}.key"],
    input=variable.encode("utf-16-le") + place + ATTRIBUTES + timestamp + signature_list, stdout=subprocess.PIPE,
    check=True).stdout[CONTENT_INFO_HEAD:]
head = struct.pack("<IHH", 24 + len(signed), 0x0200, WIN_CERT_TYPE_EFI_GUID)
sys.stdout.buffer.write(timestamp + head + PKCS7 + signed + signature_list)
