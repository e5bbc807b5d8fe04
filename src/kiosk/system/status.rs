//! What a kiosk is at, in words for `systemctl status`. Holds no name and no number of a person.

use muwajaha_core::session::{CallPicture, ReaderPresence, Screen, View};

/// One line about `screen`.
pub fn status_of(screen: &Screen) -> String {
    let mut line = words_of(&screen.view).to_owned();
    if let View::OutOfService { cause } = &screen.view {
        line = format!("{line} {}", cause.code());
    }
    match screen.reader {
        ReaderPresence::Present => {}
        ReaderPresence::Absent => line.push_str("; no reader"),
        ReaderPresence::NotTrusted(distrust) => line = format!("{line}; reader not trusted {}", distrust.code()),
    }
    if !screen.service_reachable {
        line.push_str("; service not reachable");
    }
    line
}

fn words_of(view: &View) -> &'static str {
    match view {
        View::OutOfService { .. } => "out of service",
        View::Locked => "locked",
        View::Idle
        | View::UnknownBadge
        | View::NoVisitToday
        | View::VisitAtAnotherKiosk { .. }
        | View::TooEarly { .. }
        | View::TimeUnknown
        | View::Ended { .. } => "open",
        View::Notice { .. } | View::Preparing { .. } | View::WaitingForVisitor { .. } => "before a call",
        View::InCall(call) if call.picture == CallPicture::Live => "in a call",
        View::InCall(_) => "in a call without a picture",
        View::Maintenance(_) => "in maintenance",
    }
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::Language;
    use muwajaha_core::session::OutOfServiceCause;

    use super::*;

    #[test]
    fn a_status_names_the_trouble_and_its_code() {
        let mut screen = Screen {
            language: Language::Arabic,
            kiosk: None,
            zone: "Asia/Baghdad".to_owned(),
            reader: ReaderPresence::Present,
            service_reachable: true,
            offers_staff_number: false,
            view: View::Idle,
            overlay: None,
        };
        assert_eq!(status_of(&screen), "open");
        screen.view = View::OutOfService { cause: OutOfServiceCause::RecordLost };
        screen.service_reachable = false;
        screen.reader = ReaderPresence::Absent;
        assert_eq!(status_of(&screen), "out of service K-02; no reader; service not reachable");
    }
}
