//! Machines that wait for the office's word, on its page in Arabic: approved by the letters on their screens,
//! refused, or gone when the officer has decided.

use std::time::Duration;

use muwajaha_core::provisioning::ShortCode;
use rcgen::{KeyPair, PublicKeyData as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::house::{Door, House, request_for};
use super::officer::Officer;

/// A machine that shows its letters.
pub(super) struct Stranger {
    letters: String,
    token: String,
}

impl Stranger {
    pub(super) async fn introduced(house: &House) -> Self {
        let key = KeyPair::generate().unwrap();
        let body = json!({"certificate_request": request_for(&key)});
        let told = house.ask(Door::Kiosk, "", Method::POST, "/v1/kiosk/introductions", body).await.is(201);
        let short_code = ShortCode::of_key_sha256(Sha256::digest(key.subject_public_key_info()).into());
        Self { letters: short_code.as_str().to_owned(), token: told.text_at("/token") }
    }

    async fn asks(&self, house: &House) -> Value {
        let question = json!({"token": self.token});
        let path = "/v1/kiosk/introductions/outcome";
        house.ask(Door::Kiosk, "", Method::POST, path, question).await.is(200).json()
    }
}

#[tokio::test]
async fn an_officer_approves_a_machine_by_its_letters_and_refuses_another() {
    let house = House::open().await;
    let technician = json!({"id": "t-1", "facility": "karkh", "name": "سعد جاسم", "role": "technician", "pin": "4711"});
    house.office(Method::POST, "staff", technician).await.is(201);
    house.provision("K-01").await;
    let officer = Officer::arrives_at(&house).await;
    officer.fills("رمز المدير", &format!("{}\n", house.admin_token)).await;
    officer.is_at("bookings").await;
    officer.looks_at("آلات تنتظر الموافقة").await;
    officer.rows(0).await;

    let (wanted, other) = (Stranger::introduced(&house).await, Stranger::introduced(&house).await);
    officer.presses("تحديث").await;
    let rows = officer.rows(2).await;
    for machine in [&wanted, &other] {
        assert!(rows.iter().any(|row| row.contains(&machine.letters) && row.contains("127.0.0.1")), "{rows:?}");
    }
    let listed = house.office(Method::GET, "introductions", Value::Null).await.is(200);
    officer.reads(".tools", &listed.text_at("/items/0/authority_digits")).await;

    officer.presses(&format!("موافقة: {}", wanted.letters)).await;
    officer.reads("dialog .shown", &wanted.letters).await;
    officer.reads("dialog option:checked", "K-02 (لا آلة له بعد)").await;
    officer.photographs("ar-approve").await;
    officer.presses("كلها متطابقة، موافقة").await;
    officer.reads("#told", "تصبح الآلة الجهاز K-02 خلال ثوانٍ.").await;
    assert!(officer.rows(1).await[0].contains(&other.letters));
    let given = wanted.asks(&house).await;
    assert_eq!((&given["state"], &given["kiosk"]), (&json!("approved"), &json!("K-02")));

    officer.presses(&format!("رفض: {}", other.letters)).await;
    officer.reads("dialog .shown", &other.letters).await;
    officer.presses("لا، إبقاء كل شيء كما هو").await;
    assert_eq!(other.asks(&house).await, json!({"state": "waiting"}));
    officer.presses(&format!("رفض: {}", other.letters)).await;
    officer.photographs("ar-refuse").await;
    officer.presses("نعم، رفضها").await;
    officer.reads("#told", "تم رفض الآلة.").await;
    officer.rows(0).await;
    assert_eq!(other.asks(&house).await, json!({"state": "refused"}));

    let late = Stranger::introduced(&house).await;
    officer.presses("تحديث").await;
    officer.presses(&format!("موافقة: {}", late.letters)).await;
    house.clock.advance(Duration::from_secs(600));
    officer.presses("كلها متطابقة، موافقة").await;
    officer.reads("dialog form > .problem", "لم يعد هذا موجودًا").await;
    officer.presses("إلغاء").await;
    officer.looks_at("سجل التغييرات").await;
    officer.reads("tbody", "موافقة على آلة").await;
    officer.reads("tbody", "رفض آلة").await;
    officer.misses(".untranslated").await;
    officer.goes_home().await;
}
