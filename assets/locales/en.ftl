language-name = English
kiosk = Kiosk { $kiosk }
time-left = Time left

out-of-service-title = This kiosk is not working now
out-of-service-detail = Sorry. Please ask a guard for another one.
out-of-service-code = Code { $code }

starting-title = One moment, please
starting-detail = This kiosk is starting

locked-title = This kiosk is locked
locked-detail = A guard will open it

idle-title = Put your card on the reader
idle-detail = to start your visit

unknown-badge-title = We do not know this card
unknown-badge-detail = Please ask a guard

no-visit-today-title = You have no visit today
no-visit-today-detail = If you expect a visit, please ask a guard

another-kiosk-title = Your visit is at another kiosk
another-kiosk-detail = Please go there. Your visit is at { $time }.

too-early-minutes =
    { $minutes ->
        [0] Come back in less than a minute
        [one] Come back in one minute
       *[other] Come back in { $minutes } minutes
    }
too-early-starts = Your visit is at { $time }

time-unknown-title = One moment, please
time-unknown-detail = We are setting the clock. Please try again soon.

notice-title = Welcome, { $inmate }
notice-detail = Your visit with { $visitor }, { $start } to { $end }
notice-supervised = A guard may watch the visit
notice-privileged = A private visit: nobody watches
notice-not-recorded = The visit is not recorded
notice-ends-by-itself = It ends by itself when the time is over
notice-guard-can-end = A guard can end the visit
notice-accept = I agree
notice-decline = No, thank you

preparing-title = Getting your visit ready
preparing-detail = One moment, please

waiting-title = Waiting for { $visitor }
waiting-detail = Please stay here. The visit will start soon.
waiting-begins = Starts in { $countdown }
self-view = You

call-connecting = Connecting
call-frozen = The picture stopped. Bringing it back.
call-reconnecting = The line was cut. Connecting again.
call-no-picture = No picture is coming. You can talk.
call-visitor-away = Waiting for { $visitor } to come back
call-warning-five-minutes = Less than five minutes left
call-warning-one-minute = Less than one minute left
call-supervised = A guard may watch
camera-not-working = The camera does not work
microphone-not-working = The microphone does not work

end-visit = End visit
confirm-end-title = Do you want to end the visit?
confirm-end-yes = Yes, end it
confirm-end-no = No, go on

ended-slot-over = The visit time is over
ended-by-inmate = You ended the visit
ended-by-visitor = Your visitor ended the visit
ended-visitor-absent = Your visitor could not come
ended-by-staff = A guard ended the visit
ended-conduct = The rules were not followed
ended-wrong-person = Someone else was in the picture
ended-safety = For everyone’s safety
ended-operational = You are needed elsewhere
ended-cancelled = The visit was cancelled
ended-ask-new-time = Please ask a guard for a new time
ended-notice-declined = The visit did not start
ended-not-accepted = You chose “No, thank you”
ended-not-trusted = We stopped the visit to protect you
ended-kiosk-failed = This kiosk has a fault
ended-network-failed = The network was cut
ended-engine-failed = We could not connect
ended-visitor-failed = Your visitor could not connect
ended-ask-guard = Sorry. Please tell a guard.
ended-goodbye = Goodbye

reader-not-connected = The card reader does not work. Please tell a guard.
reader-not-trusted = The card reader is not trusted ({ $code }). Please tell a guard.
service-unreachable = No network connection now

staff-number = Staff number
number-title = Enter your staff number
number-hint = { $fewest } to { $most } digits
number-or-pin-wrong = The number or the PIN is wrong

pin-title = Enter your PIN
pin-wrong = The PIN is wrong
pin-checking = Checking
pin-locked = Wait { $countdown }
pin-entered =
    { $count ->
        [0] No digit entered
        [one] One digit entered
       *[other] { $count } digits entered
    }
pin-erase = Erase
pin-confirm = OK
pin-cancel = Cancel

panel-title = Guard’s panel
panel-open = Open kiosk
panel-lock = Lock kiosk
panel-end = End the visit because of
panel-end-conduct = Conduct
panel-end-wrong-person = Wrong person
panel-end-safety = Danger
panel-end-operational = Needed elsewhere
panel-take-out-of-service = Take out of service
panel-return-to-service = Back in service
panel-close = Close
closes-in = Closes in { $countdown }

check-part-camera = Camera
check-part-microphone = Microphone
check-part-speaker = Speaker
check-part-echo = Echo
check-part-reader = Card reader
check-part-touch = Touch
check-part-screen = Screen
check-part-service = Visit service
check-part-clock = Clock
check-part-relay-udp = TURN over UDP
check-part-relay-tcp = TURN over TCP
check-part-relay-tls = TURN over TLS
check-part-line = Line
check-part-disk = Disk
check-part-temperature = Temperature
check-part-tpm = TPM
check-part-image = System

check-verdict-pass = pass
check-verdict-warn = warn
check-verdict-fail = fail

check-remedy-check-again = Check again: no answer came in time
check-remedy-stop-kiosk = Stop the kiosk, or check on its own screen
check-remedy-plug-camera = Plug the camera in, or set camera.source
check-remedy-uncover-camera = Take the cover off the camera
check-remedy-replug-camera = The picture stands still: plug the camera in anew
check-remedy-speed-camera = Give the camera a USB port of its own, or more light
check-remedy-light-room = Give the inmate’s face an even light
check-remedy-plug-microphone = Plug the microphone in, or set microphone.source
check-remedy-raise-microphone = Unmute the microphone or raise its level
check-remedy-lower-microphone = Lower the microphone’s level
check-remedy-plug-speaker = Plug the speaker in, or set speaker.sink
check-remedy-raise-speaker = Raise the speaker’s level; hold a handset’s two ends together
check-remedy-use-handset = Use a handset, or lower the speaker’s level
check-remedy-plug-reader = Look at the reader’s cable and power, or set reader.port
check-remedy-set-reader-protocol = Set reader.protocol and reader.baud as the reader is
check-remedy-tap-badge = Put a badge to the reader
check-remedy-install-reader-key = Look at the wires, then give the reader its key
check-remedy-close-reader-case = Close the reader’s case and look at its power
check-remedy-plug-touch = Plug the touch screen’s USB cable in
check-remedy-tap-every-field = Tap every field
check-remedy-plug-screen = Plug one screen in, with its whole resolution
check-remedy-mend-service-line = Look at network cable, service.url and service.ca_file
check-remedy-provision-anew = Provision this kiosk anew with a new code
check-remedy-mend-service = Look at the visit service, or update it
check-remedy-speed-line = The network is slow: look at cable and switch
check-remedy-set-clock = Set the clock; if this comes back, change the battery
check-remedy-name-relay = Name a TURN server for this transport at the service
check-remedy-open-firewall = Open the firewall to the TURN server
check-remedy-share-relay-secret = Give service and TURN server the same secret
check-remedy-let-relay-measure = To measure, let the TURN server relay to itself
check-remedy-free-disk = Free the disk
check-remedy-replace-disk = Replace the disk
check-remedy-cool-case = Clean the fan and the vents
check-remedy-read-temperature = No temperature sensor is seen
check-remedy-enable-tpm = Turn the TPM on in the firmware’s settings
check-remedy-install-image = Install the kiosk’s signed image
check-remedy-prove-image = This update is on trial: check again after a restart

panel-check = Self-check
check-repeat = Check again
check-running = Checking
check-touch-test = Test touch
check-leave = Done

wizard-title = Set up this machine
wizard-address-title = Address of the visit service
wizard-address-hint = As the office gave it, with its port
wizard-code-title = One-time code of this kiosk
wizard-code-hint = Twelve letters and digits, made by the office
wizard-digits-title = Does the office have the same digits?
wizard-digits-detail = They stand beside the code. Compare every group. If one differs, somebody else answers.
wizard-digits-same = All the same
wizard-digits-differ = Not the same
wizard-next = Next
wizard-back = Back
wizard-ask-office = No code
wizard-use-stick = USB stick
wizard-stick-title = Which kiosk is this?
wizard-stick-hint = The USB stick has a file for each of these
wizard-more = More
wizard-reaching = Looking for the visit service
wizard-redeeming = Making this machine a kiosk
wizard-asking = Asking the office
wizard-wait-detail = One moment, please
wizard-approval-title = Read these letters to the office
wizard-approval-detail = The office compares all of them and approves, then this goes on by itself
wizard-approval-left = { $countdown } left
wizard-done-title = This is now kiosk { $kiosk }
wizard-done-detail = It starts in a moment
wizard-disk-closed-title = This machine does not open its disk ({ $code })
wizard-disk-closed-detail = Its TPM or its firmware’s keys are not those that the disk was made with.
wizard-disk-closed-choice = Setting it up anew erases the kiosk’s record on the disk. To keep it, put the old ones back and switch it off and on.
wizard-making-disk = Making this machine’s disk anew
wizard-making-disk-detail = Leave it switched on: it restarts by itself
wizard-again = Try again
wizard-problem = { $problem } ({ $code })

wizard-no-address = This is no address. Type it like visit.example:8444
wizard-name-unknown = The network does not know this name. Look at the address and the network cable.
wizard-no-answer = Nobody answers there. Look at address, port, network cable and firewall.
wizard-no-service = What answers is no visit service for kiosks. Look at the port.
wizard-not-trusted = The service’s certificate is not for this address or not trusted. Ask the office.
wizard-clock-wrong = By this machine’s clock the service’s certificate does not hold. Set the clock in the firmware.
wizard-other-authority = Somebody else may be answering. Look at the address, and tell the office before you go on.
wizard-code-refused = This code is wrong, used or too old. Type it again, or ask the office for a new one.
wizard-too-many-attempts = Too many attempts. Wait a minute, then try again.
wizard-service-failed = The visit service failed. Try again; if it stays so, tell the office.
wizard-approval-refused = The office refused this machine. Ask the office.
wizard-approval-expired = The office did not approve in time. Ask again for new letters.
wizard-file-not-signed = This file is not signed for this facility, or was changed. Have the office write it anew.
wizard-file-unreadable = This file cannot be read. Plug the stick in again, or have the office write it anew.
wizard-file-renamed = The file { $file } was signed for kiosk { $kiosk }. Choose another, or have the office write it anew.
wizard-disk-failed = This machine’s disk cannot be written. The code was not used. Replace the disk.
wizard-other-configuration = The configuration on this machine is broken or names another service. Install the image anew.
wizard-disk-not-made = The disk could not be made anew. Try again; if it stays so, replace the disk or the TPM.

installer-title = Install this machine
installer-looking = Looking at the machine
installer-disk-title = Install on this disk?
installer-disks-title = Install on which disk?
installer-holds-nothing = Nothing is on it.
installer-holds-kiosk = A kiosk is on it. Its identity and its record will be lost.
installer-holds-something = Everything on it will be lost.
installer-hold = Hold to erase and install
installer-writing = Writing the disk
installer-checking = Checking what was written
installer-keep-stick = Leave the stick in
installer-done-title = Done. Take the stick out.
installer-done-detail = Then the machine restarts as a kiosk.
installer-failed = Not installed
installer-no-disk = This machine shows no disk of its own. Look at the disk, its cable and the firmware’s settings.
installer-disk-too-small = The disk is too small for a kiosk: it takes 8 GB.
installer-stick-unreadable = The stick cannot be read. Switch the machine off, plug the stick in again, and start from it.
installer-not-written = The disk cannot be written. Try again; if it stays so, replace the disk.
installer-not-as-written = The disk does not hold what was written. Replace it.
