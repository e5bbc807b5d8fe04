//! A technician before a machine that is no kiosk yet, in virtual time.

use std::collections::BTreeSet;

use super::*;

const CODE: &str = "ABCDEFGHJKLM";

/// The machine, and what its wizard asked for last.
struct Machine {
    wizard: Wizard,
    now: BootTime,
    asked: Vec<WizardEffect>,
}

impl Machine {
    fn without_an_address() -> Self {
        Self::begun(Wizard::begin(None, Disk::Opens))
    }

    fn with_address(address: &str) -> Self {
        Self::begun(Wizard::begin(Some(address), Disk::Opens))
    }

    fn with_closed_disk(address: Option<&str>) -> Self {
        Self::begun(Wizard::begin(address, Disk::Closed))
    }

    fn begun(wizard: Wizard) -> Self {
        let mut machine = Self { wizard, now: BootTime::from_millis(5_000), asked: Vec::new() };
        machine.collect();
        machine
    }

    /// A machine whose technician is about to type the code.
    fn at_code() -> Self {
        let mut machine = Self::with_address("https://visit.example:8444/");
        machine.answers(Answer::Trusted);
        machine
    }

    fn collect(&mut self) {
        self.asked = std::iter::from_fn(|| self.wizard.poll_effect()).collect();
    }

    fn happens(&mut self, event: WizardEvent) -> &mut Self {
        self.wizard.handle(event, self.now);
        self.collect();
        self
    }

    fn touch(&mut self, touch: Touch) -> &mut Self {
        self.happens(WizardEvent::Touched(touch))
    }

    fn types(&mut self, text: &str) -> &mut Self {
        text.chars().for_each(|key| {
            self.touch(Touch::Key(key));
        });
        self
    }

    /// The shell answers the attempt that is under way.
    fn answers(&mut self, answer: Answer) -> &mut Self {
        let attempt = self.wizard.attempt;
        self.happens(WizardEvent::Answered { attempt, answer })
    }

    fn waits(&mut self, seconds: u64) -> &mut Self {
        self.now = self.now + Duration::from_secs(seconds);
        self.happens(WizardEvent::TimePassed)
    }

    fn view(&self) -> WizardView {
        self.wizard.screen().view
    }

    fn problem(&self) -> Option<&'static str> {
        match self.view() {
            WizardView::Address { problem, .. } | WizardView::Code { problem, .. } => problem.map(Problem::code),
            WizardView::Stick { problem, .. } => problem.as_ref().map(StickProblem::code),
            _ => None,
        }
    }
}

fn digits() -> AuthorityDigits {
    AuthorityDigits::of_sha256([7; 32])
}

fn short_code() -> ShortCode {
    ShortCode::of_key_sha256([7; 32])
}

fn k01() -> KioskId {
    KioskId::new("K-01")
}

#[test]
fn a_code_typed_at_an_address_that_was_given_makes_the_machine_a_kiosk() {
    let mut machine = Machine::with_address("https://visit.example:8444/");
    let [WizardEffect::Reach { address, .. }] = machine.asked.as_slice() else { panic!("{:?}", machine.asked) };
    assert_eq!(address, "https://visit.example:8444");
    machine.answers(Answer::Trusted).types("ABCD EFGH-JKLM").touch(Touch::Next);
    let [WizardEffect::RedeemCode { address, trust, code, .. }] = machine.asked.as_slice() else { panic!() };
    assert_eq!((address.as_str(), trust), ("https://visit.example:8444", &Trust::Known));
    assert_eq!(code.reveal(), CODE, "only letters and digits of a code can be typed");
    assert_eq!(machine.answers(Answer::Done(k01())).view(), WizardView::Done(k01()));
    assert!(machine.waits(3).asked.is_empty(), "the name can be read");
    assert_eq!(machine.waits(1).asked, [WizardEffect::StartKiosk]);
}

#[test]
fn an_address_is_typed_and_mended() {
    let mut machine = Machine::without_an_address();
    assert!(machine.asked.is_empty());
    assert!(machine.touch(Touch::Next).asked.is_empty(), "there is nothing to reach");
    machine.types("visjt.example").touch(Touch::Next).answers(Answer::Failed(Problem::NameUnknown));
    assert_eq!(machine.problem(), Some("P-12"));
    (0.."jt.example".len()).for_each(|_| {
        machine.touch(Touch::Erase);
    });
    machine.types("it.example:8444");
    assert_eq!(machine.view(), WizardView::Address { typed: "visit.example:8444".to_owned(), problem: None });
    assert!(matches!(machine.touch(Touch::Next).asked.as_slice(), [WizardEffect::Reach { .. }]));
}

#[test]
fn an_unknown_authority_is_trusted_by_its_digits_alone_and_never_silently() {
    let mut machine = Machine::with_address("visit.example:8444");
    machine.answers(Answer::UnknownAuthority(digits()));
    assert_eq!(machine.view(), WizardView::Digits(digits()));
    assert!(machine.types(CODE).touch(Touch::Next).touch(Touch::AskOffice).asked.is_empty(), "nothing leaves");
    machine.touch(Touch::OtherDigits);
    assert_eq!(machine.problem(), Some("P-17"));

    machine.touch(Touch::Next).answers(Answer::UnknownAuthority(digits()));
    machine.touch(Touch::SameDigits).types(CODE).touch(Touch::Next);
    let [WizardEffect::RedeemCode { trust, .. }] = machine.asked.as_slice() else { panic!() };
    assert_eq!(*trust, Trust::Compared(digits()));
}

#[test]
fn a_refused_code_is_told_and_typed_anew() {
    let mut machine = Machine::at_code();
    assert!(machine.types("ABCD").touch(Touch::Next).asked.is_empty(), "a code has twelve letters");
    machine.types("EFGHJKLMNPQR");
    machine.touch(Touch::Next).answers(Answer::Failed(Problem::CodeRefused));
    let WizardView::Code { typed, problem } = machine.view() else { panic!() };
    assert_eq!((typed.reveal().as_str(), problem), ("", Some(Problem::CodeRefused)));
    machine.types("N");
    assert_eq!(machine.problem(), None, "who types anew has read it");
}

#[test]
fn an_answer_that_comes_too_late_changes_nothing() {
    let mut machine = Machine::with_address("visit.example");
    let late = machine.wizard.attempt;
    assert_eq!(machine.touch(Touch::Back).asked, [WizardEffect::GiveUp]);
    machine.happens(WizardEvent::Answered { attempt: late, answer: Answer::Trusted });
    assert!(matches!(machine.view(), WizardView::Address { .. }));
    machine.touch(Touch::Next).happens(WizardEvent::Answered { attempt: late, answer: Answer::Done(k01()) });
    assert_eq!(machine.view(), WizardView::Waiting(Waiting::Reaching));
    machine.answers(Answer::Done(k01()));
    assert_eq!(machine.view(), WizardView::Waiting(Waiting::Reaching), "nobody asked for an identity");
}

#[test]
fn what_was_handed_over_cannot_be_taken_back() {
    let mut machine = Machine::at_code();
    machine.types(CODE).touch(Touch::Next).touch(Touch::Back);
    assert_eq!(machine.view(), WizardView::Waiting(Waiting::Redeeming));
    machine.answers(Answer::Done(k01())).touch(Touch::Back);
    assert_eq!(machine.view(), WizardView::Done(k01()));
    assert_eq!(machine.touch(Touch::Next).asked, [WizardEffect::StartKiosk], "or at once");
}

#[test]
fn the_office_approves_a_short_code() {
    let mut machine = Machine::at_code();
    machine.touch(Touch::AskOffice);
    assert!(matches!(machine.asked.as_slice(), [WizardEffect::AskOffice { trust: Trust::Known, .. }]));
    let holds_for = Duration::from_secs(600);
    machine.answers(Answer::ShortCode { short_code: short_code(), holds_for });
    let expires_at = machine.now + holds_for;
    assert_eq!(machine.view(), WizardView::Approval { short_code: short_code(), expires_at });
    assert_eq!(machine.waits(599).answers(Answer::Done(k01())).view(), WizardView::Done(k01()));
}

#[test]
fn an_office_that_says_no_or_nothing_leaves_the_machine_as_it_was() {
    let mut machine = Machine::at_code();
    let short_code = || Answer::ShortCode { short_code: short_code(), holds_for: Duration::from_secs(600) };
    machine.touch(Touch::AskOffice).answers(short_code()).answers(Answer::Failed(Problem::ApprovalRefused));
    assert_eq!(machine.problem(), Some("P-24"));
    machine.touch(Touch::AskOffice).answers(short_code()).waits(600);
    assert_eq!((machine.problem(), machine.asked.as_slice()), (Some("P-25"), [WizardEffect::GiveUp].as_slice()));
    machine.touch(Touch::AskOffice).answers(short_code()).touch(Touch::Back);
    assert_eq!((machine.problem(), machine.asked.as_slice()), (None, [WizardEffect::GiveUp].as_slice()));
}

#[test]
fn a_stick_is_offered_and_one_of_its_kiosks_chosen() {
    let mut machine = Machine::without_an_address();
    assert!(!machine.wizard.screen().offers_stick);
    machine.touch(Touch::UseStick);
    assert!(matches!(machine.view(), WizardView::Address { .. }), "there is none");
    machine.happens(WizardEvent::StickSeen(vec![k01(), KioskId::new("K-02")]));
    assert!(machine.wizard.screen().offers_stick);
    assert!(machine.touch(Touch::UseStick).touch(Touch::StickKiosk(KioskId::new("K-09"))).asked.is_empty());
    machine.touch(Touch::StickKiosk(k01()));
    assert!(matches!(machine.asked.as_slice(), [WizardEffect::RedeemFile { kiosk, .. }] if *kiosk == k01()));
    machine.answers(Answer::Failed(Problem::CodeRefused));
    assert_eq!(machine.problem(), Some("P-21"), "it was used for another machine");
    let renamed = StickProblem::Renamed { file: k01(), kiosk: KioskId::new("K-07") };
    machine.touch(Touch::StickKiosk(k01())).answers(Answer::FileRefused(renamed.clone()));
    let WizardView::Stick { problem, .. } = machine.view() else { panic!() };
    assert_eq!(problem, Some(renamed), "both names are told");
    assert_eq!(machine.problem(), Some("P-33"));
    machine.happens(WizardEvent::StickSeen(Vec::new()));
    assert!(matches!(machine.view(), WizardView::Address { .. }), "the stick is pulled");
    machine.happens(WizardEvent::StickSeen(vec![k01()])).touch(Touch::UseStick).touch(Touch::StickKiosk(k01()));
    machine.happens(WizardEvent::StickSeen(Vec::new()));
    assert_eq!(machine.answers(Answer::Done(k01())).view(), WizardView::Done(k01()), "its code was handed over");
}

#[test]
fn a_machine_that_the_command_line_provisions_starts_as_a_kiosk() {
    assert_eq!(Machine::at_code().happens(WizardEvent::IdentitySeen).asked, [WizardEffect::StartKiosk]);
    let mut own = Machine::at_code();
    own.types(CODE).touch(Touch::Next);
    assert!(own.happens(WizardEvent::IdentitySeen).asked.is_empty(), "it is this wizard's, whose name is shown first");
}

#[test]
fn a_disk_that_does_not_open_is_told_first_and_made_anew_for_a_redeemed_code_alone() {
    let mut machine = Machine::with_closed_disk(Some("visit.example:8444"));
    assert_eq!((machine.view(), machine.asked.as_slice()), (WizardView::DiskClosed, [].as_slice()));
    machine.types(CODE).touch(Touch::Back).touch(Touch::AskOffice).touch(Touch::UseStick).waits(3_600);
    assert_eq!(machine.view(), WizardView::DiskClosed, "it waits for somebody who has read it");
    assert!(matches!(machine.touch(Touch::Next).asked.as_slice(), [WizardEffect::Reach { .. }]));
    machine.answers(Answer::Trusted).types(CODE).touch(Touch::Next).answers(Answer::Failed(Problem::CodeRefused));
    assert_eq!((machine.problem(), machine.waits(3_600).asked.as_slice()), (Some("P-21"), [].as_slice()));
    machine.types(CODE).touch(Touch::Next).answers(Answer::Done(k01()));
    assert_eq!((machine.view(), machine.asked.as_slice()), (WizardView::Done(k01()), [].as_slice()));
    assert!(matches!(machine.waits(4).asked.as_slice(), [WizardEffect::MakeDiskAnew { .. }]));
    assert_eq!(machine.view(), WizardView::Waiting(Waiting::MakingDisk));
    machine.touch(Touch::Back).touch(Touch::Next).happens(WizardEvent::IdentitySeen).waits(700);
    assert_eq!((machine.view(), machine.asked.as_slice()), (WizardView::Waiting(Waiting::MakingDisk), [].as_slice()));
}

#[test]
fn a_disk_that_is_not_made_anew_is_told_and_tried_again_without_another_code() {
    let mut machine = Machine::with_closed_disk(None);
    machine.happens(WizardEvent::IdentitySeen);
    assert!(matches!(machine.asked.as_slice(), [WizardEffect::MakeDiskAnew { .. }]), "by the command line");
    machine.answers(Answer::Failed(Problem::DiskNotMade));
    assert_eq!(machine.view(), WizardView::DiskNotMade(Problem::DiskNotMade));
    assert!(machine.happens(WizardEvent::IdentitySeen).asked.is_empty(), "a person is to see it");
    assert!(matches!(machine.touch(Touch::Next).asked.as_slice(), [WizardEffect::MakeDiskAnew { .. }]));
}

#[test]
fn the_language_is_chosen_at_any_step() {
    let mut machine = Machine::with_address("visit.example");
    for language in Language::ALL {
        machine.touch(Touch::Language(language));
        assert_eq!(machine.wizard.screen().language, language);
    }
}

#[test]
fn a_code_reaches_no_log() {
    let mut machine = Machine::at_code();
    machine.types(CODE);
    assert!(!format!("{:?}{:?}", machine.wizard, machine.wizard.screen()).contains("ABCD"));
    machine.touch(Touch::Next);
    assert!(!format!("{:?}", machine.asked).contains("ABCD"));
}

#[test]
fn digits_are_eight_groups_of_five_and_differ_by_every_byte() {
    let digits = |place: usize| {
        let mut digest = [0; 32];
        digest[place] = 1;
        AuthorityDigits::of_sha256(digest).as_str().to_owned()
    };
    assert_eq!(digits(31), "00000 00000 00000 00000 00000 00000 00000 00001");
    assert_eq!((0..32).map(digits).collect::<BTreeSet<_>>().len(), 32);
}

#[test]
fn a_short_code_is_80_bits_of_the_key_and_typed_as_people_type() {
    let of = |digest: [u8; 32]| ShortCode::of_key_sha256(digest);
    assert_eq!(of([0; 32]).as_str(), "AAAA-AAAA-AAAA-AAAA");
    assert_eq!(of([0xff; 32]).as_str(), "9999-9999-9999-9999");
    let one_bit = |place: usize| {
        let mut digest = [0; 32];
        digest[place / 8] = 1 << (place % 8);
        of(digest).as_str().to_owned()
    };
    assert_eq!((0..80).map(one_bit).collect::<BTreeSet<_>>().len(), 80, "each bit counts");
    let counted: [u8; 32] = std::array::from_fn(|place| place as u8);
    assert_eq!(of(counted).as_str(), "AAAS-EA2E-AWDA-QCAK");
    for typed in ["aaas ea2e awda qcak", "AAASEA2EAWDAQCAK", " aaas-ea2e-awda-qcak\n"] {
        assert_eq!(ShortCode::typed(typed), of(counted));
    }
}

#[test]
fn each_problem_has_a_code_of_its_own() {
    let codes: BTreeSet<_> = Problem::ALL.iter().map(|problem| problem.code()).collect();
    assert_eq!(codes.len(), Problem::ALL.len());
    let renamed = StickProblem::Renamed { file: k01(), kiosk: KioskId::new("K-07") };
    assert!(!codes.contains(renamed.code()));
}

/// Whatever is touched, answered and waited for in whatever order: a code leaves only to a service that is trusted.
mod properties {
    use proptest::prelude::*;

    use super::*;

    fn event() -> impl Strategy<Value = u8> {
        0..24_u8
    }

    fn act(machine: &mut Machine, event: u8) {
        let answers = [
            Answer::Trusted,
            Answer::UnknownAuthority(digits()),
            Answer::ShortCode { short_code: short_code(), holds_for: Duration::from_secs(600) },
            Answer::Done(k01()),
            Answer::Failed(Problem::NoAnswer),
        ];
        match event {
            0 => drop(machine.types(CODE)),
            1 => drop(machine.types("a")),
            2 => drop(machine.touch(Touch::Erase)),
            3..=6 => drop(machine.touch(Touch::Next)),
            7 => drop(machine.touch(Touch::Back)),
            8 | 9 => drop(machine.touch(Touch::SameDigits)),
            10 => drop(machine.touch(Touch::OtherDigits)),
            11 => drop(machine.touch(Touch::AskOffice)),
            12 => drop(machine.touch(Touch::UseStick)),
            13 => drop(machine.touch(Touch::StickKiosk(k01()))),
            14 => drop(machine.happens(WizardEvent::StickSeen(vec![k01()]))),
            15 => drop(machine.happens(WizardEvent::StickSeen(Vec::new()))),
            16 => drop(machine.waits(700)),
            other => drop(machine.answers(answers[usize::from(other) % answers.len()].clone())),
        }
    }

    proptest! {
        #[test]
        fn a_disk_that_does_not_open_stays_until_the_service_made_the_machine_a_kiosk(
            events in proptest::collection::vec(event(), 1..60),
        ) {
            let mut machine = Machine::with_closed_disk(None);
            let mut is_kiosk = false;
            for event in events {
                let before = machine.view();
                act(&mut machine, event);
                let handed_over = matches!(before, WizardView::Waiting(Waiting::Redeeming) | WizardView::Approval { .. });
                is_kiosk |= handed_over && matches!(machine.view(), WizardView::Done(_));
                for effect in &machine.asked {
                    prop_assert!(*effect != WizardEffect::StartKiosk, "on memory no kiosk starts");
                    let makes_disk = matches!(effect, WizardEffect::MakeDiskAnew { .. });
                    prop_assert!(is_kiosk || !makes_disk);
                }
            }
        }

        #[test]
        fn a_code_leaves_only_to_a_service_that_is_trusted(events in proptest::collection::vec(event(), 1..60)) {
            let mut machine = Machine::without_an_address();
            let (mut reached, mut compared) = (None, false);
            for event in events {
                let before = machine.view();
                act(&mut machine, event);
                match (&before, machine.view()) {
                    (WizardView::Waiting(Waiting::Reaching), WizardView::Code { .. }) => reached = Some(Trust::Known),
                    (WizardView::Digits(digits), WizardView::Code { .. }) => {
                        compared = event == 8 || event == 9;
                        reached = Some(Trust::Compared(digits.clone()));
                    }
                    (_, WizardView::Address { .. }) => reached = None,
                    _ => {}
                }
                for effect in &machine.asked {
                    if let WizardEffect::RedeemCode { trust, code, .. } = effect {
                        prop_assert_eq!(Some(trust), reached.as_ref());
                        prop_assert!(*trust == Trust::Known || compared);
                        prop_assert_eq!(code.reveal().len(), CODE_LENGTH);
                    }
                }
            }
        }
    }
}
