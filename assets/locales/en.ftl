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
