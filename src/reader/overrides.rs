//! Two functions that libosdp's C finds here instead of in the C library.
//!
//! It fills its challenges from `rand()`, which is never seeded: every process would send the same
//! ones, and whoever recorded one session could replay the reader's part in the next. And it times
//! by the wall clock, which jumps. They stand in the binary, since only its objects come before
//! libosdp's archive for the linker.

use muwajaha_reader::clock::boot_now;

/// Boot time in milliseconds.
#[expect(unsafe_code, reason = "the name is libosdp's weak symbol")]
#[unsafe(no_mangle)]
extern "C" fn osdp_millis_now() -> i64 {
    boot_now().as_millis().try_into().unwrap_or(i64::MAX)
}

/// 31 random bits, from the kernel. libosdp divides them as floats by their greatest value and takes
/// the quotient's first eight bits; the lower bits are left out, since they could round it up to one.
#[expect(unsafe_code, reason = "the name is the C library's")]
#[unsafe(no_mangle)]
extern "C" fn rand() -> libc::c_int {
    let mut bytes = [0; 4];
    if getrandom::fill(&mut bytes).is_err() {
        // A challenge that can be foreseen is worse than a reader that is away.
        std::process::abort();
    }
    i32::from_ne_bytes(bytes) & 0x7fff_ff00
}
