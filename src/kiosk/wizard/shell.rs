//! Carries out what the wizard asks for: reaches the service, redeems a code or a stick's file, waits for
//! the office, has a disk made anew.
//!
//! Lives on the thread `net`, a tokio current-thread runtime. A newer effect ends what an earlier one began;
//! whatever fails has changed nothing on this machine.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc::Sender;
use std::thread;

use muwajaha_core::domain::KioskId;
use muwajaha_core::provisioning::{
    Answer, AttemptId, AuthorityDigits, Problem, StickProblem, Trust, WizardEffect, WizardEvent,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinHandle, LocalSet};

use super::disk::DiskFiles;
use super::given::Given;
use crate::config;
use crate::net::tls::Authority;
use crate::provisioning::{
    Introduced, Order, ProvisionError, Provisioned, Reached, StickError, Voucher, file_on, order_from_file, provision,
    reach,
};

/// Starts the thread; answers go to `events`.
pub(super) fn start(given: Given, events: Sender<WizardEvent>) -> anyhow::Result<UnboundedSender<WizardEffect>> {
    let (effects, asked) = unbounded_channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("net".to_owned()).spawn(move || {
        let shell = Rc::new(Shell { given, events, shown: RefCell::default() });
        LocalSet::new().block_on(&runtime, serve(shell, asked));
    })?;
    Ok(effects)
}

async fn serve(shell: Rc<Shell>, mut asked: UnboundedReceiver<WizardEffect>) {
    let mut under_way: Option<JoinHandle<()>> = None;
    while let Some(effect) = asked.recv().await {
        if let Some(earlier) = under_way.take() {
            earlier.abort();
        }
        let shell = Rc::clone(&shell);
        under_way = Some(tokio::task::spawn_local(async move { shell.carry_out(effect).await }));
    }
}

/// See the module.
struct Shell {
    given: Given,
    events: Sender<WizardEvent>,
    /// The authority that the service showed last, which a person may be comparing.
    shown: RefCell<Option<(Authority, AuthorityDigits)>>,
}

impl Shell {
    async fn carry_out(&self, effect: WizardEffect) {
        match effect {
            WizardEffect::Reach { attempt, address } => {
                let answer = self.reach(&address).await.unwrap_or_else(Answer::Failed);
                self.answer(attempt, answer);
            }
            WizardEffect::RedeemCode { attempt, address, trust, code } => {
                let answer = self.redeem(attempt, address, &trust, Voucher::Code(code)).await;
                self.answer(attempt, answer);
            }
            WizardEffect::AskOffice { attempt, address, trust } => {
                let answer = self.redeem(attempt, address, &trust, Voucher::Office).await;
                self.answer(attempt, answer);
            }
            WizardEffect::RedeemFile { attempt, kiosk } => {
                let answer = match self.order_on_stick(&kiosk) {
                    Ok(order) => self.provision(attempt, &order).await,
                    Err(problem) => Answer::FileRefused(problem),
                };
                self.answer(attempt, answer);
            }
            WizardEffect::MakeDiskAnew { attempt } => {
                let files = DiskFiles::of(&self.given.runtime_directory);
                if let Err(error) = files.make_anew(&self.given.directory.join("store")).await {
                    let problem = Problem::DiskNotMade;
                    tracing::warn!(%error, code = problem.code(), "this machine keeps nothing: its disk is not made anew");
                    self.answer(attempt, Answer::Failed(problem));
                }
            }
            WizardEffect::GiveUp | WizardEffect::StartKiosk => {}
        }
    }

    fn answer(&self, attempt: AttemptId, answer: Answer) {
        // Of no interest to a wizard that has ended.
        let _ = self.events.send(WizardEvent::Answered { attempt, answer });
    }

    async fn reach(&self, address: &str) -> Result<Answer, Problem> {
        let service = config::service_url(address).map_err(|problem| {
            tracing::warn!(problem, code = Problem::NoAddress.code(), "what was typed is no address");
            Problem::NoAddress
        })?;
        let reached = reach(&service, self.given.authority.as_ref()).await.map_err(|error| {
            tracing::warn!(%error, "the visit service is not reached");
            error.problem
        })?;
        Ok(match reached {
            Reached::Trusted => Answer::Trusted,
            Reached::UnknownAuthority(authority, digits) => {
                tracing::warn!(digits = digits.as_str(), "the service's authority is not known: to be compared");
                *self.shown.borrow_mut() = Some((authority, digits.clone()));
                Answer::UnknownAuthority(digits)
            }
        })
    }

    async fn redeem(&self, attempt: AttemptId, service: String, trust: &Trust, voucher: Voucher) -> Answer {
        let authority = match trust {
            Trust::Known => self.given.authority.clone(),
            Trust::Compared(compared) => {
                let shown = self.shown.borrow();
                match shown.as_ref().filter(|(_, digits)| digits == compared) {
                    Some((authority, _)) => Some(authority.clone()),
                    None => return Answer::Failed(Problem::NotTrusted),
                }
            }
        };
        let order = Order { service, voucher, directory: self.given.directory.clone(), authority, anew: false };
        self.provision(attempt, &order).await
    }

    async fn provision(&self, attempt: AttemptId, order: &Order) -> Answer {
        let told = |Introduced { short_code, holds_for }| {
            self.answer(attempt, Answer::ShortCode { short_code, holds_for });
        };
        match provision(order, told).await {
            Ok(Provisioned::Anew(kiosk) | Provisioned::AsBefore(kiosk)) => {
                tracing::info!(%kiosk, "this machine is a kiosk now");
                Answer::Done(kiosk)
            }
            Err(error) => {
                let problem = problem_of(&error);
                tracing::warn!(%error, code = problem.code(), "this machine is not provisioned");
                Answer::Failed(problem)
            }
        }
    }

    fn order_on_stick(&self, kiosk: &KioskId) -> Result<Order, StickProblem> {
        let (Some(stick), Some(signed_by)) = (&self.given.stick, &self.given.signed_by) else {
            tracing::warn!("no stick's file is taken: the image names no `kiosk_ca_file`");
            return Err(StickProblem::Any(Problem::FileNotSigned));
        };
        let file = file_on(stick, kiosk);
        order_from_file(&file, signed_by, self.given.directory.clone(), false).map_err(|error| {
            tracing::warn!(%error, "the stick's file is refused");
            match error {
                StickError::NotSigned { .. } | StickError::NoAuthority { .. } => {
                    StickProblem::Any(Problem::FileNotSigned)
                }
                StickError::Renamed { kiosk: signed_for, .. } => {
                    StickProblem::Renamed { file: kiosk.clone(), kiosk: signed_for }
                }
                StickError::Unreadable { .. }
                | StickError::NoPlainFile { .. }
                | StickError::NoOrder { .. }
                | StickError::OtherVersion { .. } => StickProblem::Any(Problem::FileUnreadable),
            }
        })
    }
}

fn problem_of(error: &ProvisionError) -> Problem {
    match error {
        ProvisionError::Service(_) => Problem::NoAddress,
        ProvisionError::Authority(_) => Problem::NotTrusted,
        ProvisionError::File { .. } | ProvisionError::Key(_) => Problem::DiskFailed,
        ProvisionError::Config(_) | ProvisionError::OtherService { .. } | ProvisionError::Identity(_) => {
            Problem::OtherConfiguration
        }
        ProvisionError::CodeRefused(_) => Problem::CodeRefused,
        ProvisionError::TooManyAttempts => Problem::TooManyAttempts,
        ProvisionError::ServiceFailed(_) => Problem::ServiceFailed,
        ProvisionError::ApprovalRefused => Problem::ApprovalRefused,
        ProvisionError::ApprovalExpired => Problem::ApprovalExpired,
        ProvisionError::Unreachable(_) => Problem::NoAnswer,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use serde_json::json;

    use super::*;
    use crate::identity::signer;

    #[test]
    fn what_is_wrong_with_a_sticks_file_is_told_by_its_code_and_both_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("kiosks.pem"), signer::authority()).unwrap();
        let order = json!({"version": 1, "kiosk": "K-01", "service": "https://visit.example:8444", "code": "c"});
        let signed = signer::sign_order(&order.to_string());
        std::fs::write(path("K-01.provisioning"), &signed).unwrap();
        std::fs::write(path("K-07.provisioning"), &signed).unwrap();
        std::fs::write(path("K-08.provisioning"), signed.replace("visit.example", "elsewhere")).unwrap();
        std::fs::create_dir(path("K-09.provisioning")).unwrap();
        let given = Given {
            directory: path("kiosk"),
            runtime_directory: path("runtime"),
            service: None,
            authority: None,
            signed_by: Some(path("kiosks.pem")),
            stick: Some(folder.path().to_owned()),
            disk: muwajaha_core::provisioning::Disk::Opens,
        };
        let shell = Shell { given, events: channel().0, shown: RefCell::default() };
        let problem = |name: &str| shell.order_on_stick(&KioskId::new(name)).err();
        assert_eq!(problem("K-01"), None);
        let renamed = StickProblem::Renamed { file: KioskId::new("K-07"), kiosk: KioskId::new("K-01") };
        assert_eq!(problem("K-07"), Some(renamed));
        assert_eq!(problem("K-08"), Some(StickProblem::Any(Problem::FileNotSigned)));
        for unreadable in ["K-09", "K-10"] {
            assert_eq!(problem(unreadable), Some(StickProblem::Any(Problem::FileUnreadable)), "{unreadable}");
        }
    }
}
