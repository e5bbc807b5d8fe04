//! Why the kiosk's process could not start or did not last, and the code by which staff name it.
//!
//! The process ends with a status of its own for each cause that it knows; systemd knows the others.
//! Pure.

/// Why. The codes stand on the fall-back picture and in `systemd/README.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The configuration, or a file that it names, is refused.
    Configuration,
    /// It was not provisioned: there is no configuration, or no identity.
    NotProvisioned,
    /// Its identity is there and cannot be used.
    Identity,
    /// The runtime directory cannot be used, or another kiosk runs in it.
    RuntimeDirectory,
    /// The window cannot be shown.
    Window,
    /// Anything else that kept it from starting.
    Start,
    /// A part no longer answered, and the watchdog ended it.
    Stuck,
    /// It crashed, or was killed.
    Crash,
    /// It drew nothing in the time given.
    NothingDrawn,
}

impl Failure {
    const ALL: [Self; 9] = [
        Self::Configuration,
        Self::NotProvisioned,
        Self::Identity,
        Self::RuntimeDirectory,
        Self::Window,
        Self::Start,
        Self::Stuck,
        Self::Crash,
        Self::NothingDrawn,
    ];

    /// The short code on the screen.
    pub fn code(self) -> &'static str {
        match self {
            Self::Configuration => "K-11",
            Self::NotProvisioned => "K-12",
            Self::RuntimeDirectory => "K-13",
            Self::Window => "K-14",
            Self::Start => "K-15",
            Self::Stuck => "K-16",
            Self::Crash => "K-17",
            Self::NothingDrawn => "K-18",
            Self::Identity => "K-19",
        }
    }

    /// The failure of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.code() == code)
    }

    /// The status with which a process ends for this cause.
    pub fn exit_status(self) -> u8 {
        match self {
            Self::Configuration => 11,
            Self::NotProvisioned => 12,
            Self::RuntimeDirectory => 13,
            Self::Window => 14,
            Self::Identity => 19,
            Self::Start | Self::Stuck | Self::Crash | Self::NothingDrawn => 1,
        }
    }

    /// What systemd tells `ExecStopPost=` of an end: `SERVICE_RESULT` and `EXIT_STATUS`.
    pub fn of_service_end(result: &str, exit_status: &str) -> Option<Self> {
        match result {
            "success" => None,
            "watchdog" => Some(Self::Stuck),
            "timeout" => Some(Self::NothingDrawn),
            "signal" | "core-dump" | "oom-kill" => Some(Self::Crash),
            "exit-code" => Some(match exit_status.parse::<u8>() {
                Ok(11) => Self::Configuration,
                Ok(12) => Self::NotProvisioned,
                Ok(13) => Self::RuntimeDirectory,
                Ok(14) => Self::Window,
                Ok(19) => Self::Identity,
                // A panic on main.
                Ok(101) => Self::Crash,
                Ok(_) | Err(_) => Self::Start,
            }),
            _ => Some(Self::Start),
        }
    }
}

#[cfg(test)]
mod tests {
    use muwajaha_core::session::{OrderReason, OutOfServiceCause};

    use super::*;

    #[test]
    fn a_cause_that_the_process_knows_survives_its_end() {
        let known = |failure: &Failure| failure.exit_status() != 1;
        assert_eq!(Failure::ALL.iter().filter(|failure| known(failure)).count(), 5);
        for failure in Failure::ALL.into_iter().filter(known) {
            let told = Failure::of_service_end("exit-code", &failure.exit_status().to_string());
            assert_eq!(told, Some(failure));
        }
    }

    #[test]
    fn an_end_that_the_process_could_not_tell_is_told_by_systemd() {
        let told = |result| Failure::of_service_end(result, "9").map(Failure::code);
        assert_eq!(told("success"), None);
        assert_eq!(
            ["watchdog", "timeout", "oom-kill", "resources"].map(told),
            [Some("K-16"), Some("K-18"), Some("K-17"), Some("K-15")]
        );
        assert_eq!(Failure::of_service_end("exit-code", "101"), Some(Failure::Crash));
        assert_eq!(Failure::of_service_end("exit-code", "203"), Some(Failure::Start));
    }

    #[test]
    fn each_failure_has_a_code_of_its_own() {
        for failure in Failure::ALL {
            assert_eq!(Failure::of_code(failure.code()), Some(failure));
        }
        let reasons = [
            OrderReason::Fault,
            OrderReason::Maintenance,
            OrderReason::Security,
            OrderReason::RoomClosed,
            OrderReason::Other,
        ];
        for reason in reasons {
            assert_eq!(Failure::of_code(OutOfServiceCause::ByService(reason).code()), None, "{reason:?}");
        }
        assert_eq!(Failure::of_code(OutOfServiceCause::ByStaff.code()), None);
    }
}
