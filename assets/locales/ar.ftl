language-name = العربية
kiosk = الجهاز { $kiosk }
time-left = الوقت الباقي

out-of-service-title = هذا الجهاز متوقف الآن
out-of-service-detail = نعتذر. اسأل الحارس عن جهاز آخر من فضلك.
out-of-service-code = الرمز { $code }

starting-title = لحظة من فضلك
starting-detail = الجهاز يبدأ العمل

locked-title = الجهاز مقفل
locked-detail = سيفتحه الحارس

idle-title = ضع بطاقتك على القارئ
idle-detail = لتبدأ زيارتك

unknown-badge-title = لم نعرف هذه البطاقة
unknown-badge-detail = اسأل الحارس من فضلك

no-visit-today-title = لا زيارة لك اليوم
no-visit-today-detail = إن كنت تنتظر زيارة فاسأل الحارس من فضلك

another-kiosk-title = زيارتك عند جهاز آخر
another-kiosk-detail = اذهب إليه من فضلك. زيارتك الساعة { $time }.

too-early-minutes =
    { $minutes ->
        [0] ارجع بعد أقل من دقيقة
        [one] ارجع بعد دقيقة واحدة
        [two] ارجع بعد دقيقتين
        [few] ارجع بعد { $minutes } دقائق
        [many] ارجع بعد { $minutes } دقيقة
       *[other] ارجع بعد { $minutes } دقيقة
    }
too-early-starts = زيارتك الساعة { $time }

time-unknown-title = لحظة من فضلك
time-unknown-detail = نضبط وقت الجهاز. حاول بعد قليل.

notice-title = أهلًا { $inmate }
notice-detail = زيارتك مع { $visitor } من { $start } إلى { $end }
notice-supervised = قد يشاهد الحارس الزيارة
notice-privileged = زيارة خاصة لا يشاهدها أحد
notice-not-recorded = الزيارة لا تُسجَّل
notice-ends-by-itself = تنتهي وحدها عند نهاية الوقت
notice-guard-can-end = يمكن للحارس إنهاء الزيارة
notice-accept = موافق
notice-decline = لا أريد

preparing-title = نجهّز زيارتك
preparing-detail = لحظة من فضلك

waiting-title = ننتظر { $visitor }
waiting-detail = ابقَ هنا من فضلك. ستبدأ الزيارة قريبًا.
waiting-begins = تبدأ بعد { $countdown }
self-view = أنت

call-connecting = نتصل الآن
call-frozen = توقفت الصورة، نعيدها الآن
call-reconnecting = انقطع الاتصال، نعيده الآن
call-no-picture = لا تصل صورة الآن، يمكنكما أن تتكلما
call-visitor-away = ننتظر عودة { $visitor }
call-warning-five-minutes = بقي أقل من خمس دقائق
call-warning-one-minute = بقي أقل من دقيقة
call-supervised = قد يشاهد الحارس
camera-not-working = الكاميرا لا تعمل
microphone-not-working = الميكروفون لا يعمل

end-visit = إنهاء الزيارة
confirm-end-title = هل تريد إنهاء الزيارة؟
confirm-end-yes = نعم، إنهاء
confirm-end-no = لا، أكمل الزيارة

ended-slot-over = انتهى وقت الزيارة
ended-by-inmate = أنهيت الزيارة
ended-by-visitor = أنهى زائرك الزيارة
ended-visitor-absent = لم يتمكن زائرك من الحضور
ended-by-staff = أنهى الحارس الزيارة
ended-conduct = لم تُتَّبع التعليمات
ended-wrong-person = ظهر شخص آخر في الصورة
ended-safety = من أجل سلامتكم
ended-operational = أنت مطلوب في مكان آخر
ended-cancelled = أُلغيت الزيارة
ended-ask-new-time = اسأل الحارس عن موعد جديد
ended-notice-declined = لم تبدأ الزيارة
ended-not-accepted = لأنك اخترت: لا أريد
ended-not-trusted = أوقفنا الزيارة لحمايتك
ended-kiosk-failed = تعطّل هذا الجهاز
ended-network-failed = انقطعت الشبكة
ended-engine-failed = تعذّر الاتصال
ended-visitor-failed = تعذّر الاتصال عند زائرك
ended-ask-guard = نعتذر. أخبر الحارس من فضلك.
ended-goodbye = في أمان الله

reader-not-connected = قارئ البطاقات لا يعمل. أخبر الحارس من فضلك.
reader-not-trusted = قارئ البطاقات غير موثوق ({ $code }). أخبر الحارس من فضلك.
service-unreachable = لا اتصال بالشبكة الآن

staff-number = الرقم الوظيفي
number-title = أدخل رقمك الوظيفي
number-hint = من { $fewest } إلى { $most } أرقام
number-or-pin-wrong = الرقم الوظيفي أو السري غير صحيح

pin-title = أدخل رقمك السري
pin-wrong = الرقم غير صحيح
pin-checking = نتحقق الآن
pin-locked = انتظر { $countdown }
pin-entered =
    { $count ->
        [0] لم يُدخل أي رقم
        [one] أُدخل رقم واحد
        [two] أُدخل رقمان
        [few] أُدخلت { $count } أرقام
        [many] أُدخل { $count } رقمًا
       *[other] أُدخل { $count } رقم
    }
pin-erase = مسح
pin-confirm = تم
pin-cancel = إلغاء

panel-title = لوحة الحارس
panel-open = فتح الجهاز
panel-lock = قفل الجهاز
panel-end = إنهاء الزيارة بسبب
panel-end-conduct = السلوك
panel-end-wrong-person = شخص آخر
panel-end-safety = خطر
panel-end-operational = مطلوب في مكان آخر
panel-take-out-of-service = إيقاف الجهاز
panel-return-to-service = إعادة الجهاز للعمل
panel-close = إغلاق
closes-in = تُغلق بعد { $countdown }

check-part-camera = الكاميرا
check-part-microphone = الميكروفون
check-part-speaker = السماعة
check-part-echo = الصدى
check-part-reader = قارئ البطاقات
check-part-touch = اللمس
check-part-screen = الشاشة
check-part-service = خدمة الزيارات
check-part-clock = الساعة
check-part-relay-udp = TURN عبر UDP
check-part-relay-tcp = TURN عبر TCP
check-part-relay-tls = TURN عبر TLS
check-part-line = خط الشبكة
check-part-disk = القرص
check-part-temperature = الحرارة
check-part-tpm = TPM
check-part-image = النظام

check-verdict-pass = سليم
check-verdict-warn = تنبيه
check-verdict-fail = عطل

check-remedy-check-again = أعد الفحص: لم يصل جواب في وقته
check-remedy-stop-kiosk = أوقف الجهاز، أو افحصه من شاشته
check-remedy-plug-camera = صِل الكاميرا، أو اضبط camera.source
check-remedy-uncover-camera = أزل الغطاء عن الكاميرا
check-remedy-replug-camera = الصورة ثابتة: افصل الكاميرا وصِلها من جديد
check-remedy-speed-camera = أعطِ الكاميرا منفذ USB خاصًا بها، أو ضوءًا أكثر
check-remedy-light-room = أضئ وجه النزيل إضاءة متساوية
check-remedy-plug-microphone = صِل الميكروفون، أو اضبط microphone.source
check-remedy-raise-microphone = ألغِ كتم الميكروفون أو ارفع مستواه
check-remedy-lower-microphone = اخفض مستوى الميكروفون
check-remedy-plug-speaker = صِل السماعة، أو اضبط speaker.sink
check-remedy-raise-speaker = ارفع صوت السماعة، وقرّب طرفي سماعة اليد
check-remedy-use-handset = استعمل سماعة يد، أو اخفض صوت السماعة
check-remedy-plug-reader = تفقّد سلك القارئ وطاقته، أو اضبط reader.port
check-remedy-set-reader-protocol = اضبط reader.protocol و reader.baud بما يوافق القارئ
check-remedy-tap-badge = ضع بطاقة على القارئ
check-remedy-install-reader-key = تفقّد الأسلاك، ثم أعطِ القارئ مفتاحه
check-remedy-close-reader-case = أغلق غطاء القارئ وتفقّد طاقته
check-remedy-plug-touch = صِل سلك USB لشاشة اللمس
check-remedy-tap-every-field = المس كل المربعات
check-remedy-plug-screen = صِل شاشة واحدة بدقتها الكاملة
check-remedy-mend-service-line = تفقّد سلك الشبكة و service.url و service.ca_file
check-remedy-provision-anew = سجّل هذا الجهاز من جديد برمز جديد
check-remedy-mend-service = تفقّد خدمة الزيارات، أو حدّثها
check-remedy-speed-line = الشبكة بطيئة: تفقّد السلك والمبدّل
check-remedy-set-clock = اضبط الساعة، وإن تكرر الأمر فبدّل البطارية
check-remedy-name-relay = سمِّ خادم TURN لهذا النقل في الخدمة
check-remedy-open-firewall = افتح جدار الحماية نحو خادم TURN
check-remedy-share-relay-secret = أعطِ الخدمة وخادم TURN السر نفسه
check-remedy-let-relay-measure = للقياس اسمح لخادم TURN أن ينقل إلى نفسه
check-remedy-free-disk = أفرغ القرص
check-remedy-replace-disk = بدّل القرص
check-remedy-cool-case = نظّف المروحة وفتحات الهواء
check-remedy-read-temperature = لا يظهر مستشعر حرارة
check-remedy-enable-tpm = فعّل TPM في إعدادات البرنامج الثابت
check-remedy-install-image = ثبّت نظام الجهاز الموقّع
check-remedy-prove-image = هذا التحديث قيد التجربة: أعد الفحص بعد إعادة التشغيل

panel-check = الفحص الذاتي
check-repeat = إعادة الفحص
check-running = جارٍ الفحص
check-touch-test = فحص اللمس
check-leave = تم

wizard-title = تهيئة هذا الجهاز
wizard-address-title = عنوان خدمة الزيارات
wizard-address-hint = كما أعطاك إياه المكتب، مع المنفذ
wizard-code-title = رمز هذا الجهاز، يُستعمل مرة واحدة
wizard-code-hint = اثنا عشر حرفًا ورقمًا من المكتب
wizard-digits-title = هل لدى المكتب الأرقام نفسها؟
wizard-digits-detail = تجدها بجانب الرمز. قارن كل مجموعة. إن اختلفت واحدة فالمجيب شخص آخر.
wizard-digits-same = كلها متطابقة
wizard-digits-differ = غير متطابقة
wizard-next = التالي
wizard-back = رجوع
wizard-ask-office = بلا رمز
wizard-use-stick = ذاكرة USB
wizard-stick-title = أي جهاز هذا؟
wizard-stick-hint = في ذاكرة USB ملف لكل من هذه الأجهزة
wizard-more = المزيد
wizard-reaching = نبحث عن خدمة الزيارات
wizard-redeeming = نسجّل هذا الجهاز
wizard-asking = نسأل المكتب
wizard-wait-detail = لحظة من فضلك
wizard-approval-title = اقرأ هذه الحروف للمكتب
wizard-approval-detail = يقارنها المكتب كلها ويوافق، ثم يتابع الجهاز وحده
wizard-approval-left = بقي { $countdown }
wizard-done-title = هذا الآن الجهاز { $kiosk }
wizard-done-detail = يبدأ العمل بعد لحظة
wizard-disk-closed-title = هذا الجهاز لا يفتح قرصه ({ $code })
wizard-disk-closed-detail = شريحة TPM أو مفاتيح البرنامج الثابت ليست التي أُنشئ بها القرص.
wizard-disk-closed-choice = التهيئة من جديد تمحو سجل الجهاز على القرص. لتبقيه أعد القديمة ثم أطفئ الجهاز وشغّله.
wizard-making-disk = ننشئ قرص هذا الجهاز من جديد
wizard-making-disk-detail = اتركه يعمل: يعيد التشغيل وحده
wizard-again = حاول مرة أخرى
wizard-problem = { $problem } ({ $code })

wizard-no-address = هذا ليس عنوانًا. اكتبه هكذا: visit.example:8444
wizard-name-unknown = الشبكة لا تعرف هذا الاسم. تفقّد العنوان وسلك الشبكة.
wizard-no-answer = لا أحد يجيب هناك. تفقّد العنوان والمنفذ وسلك الشبكة وجدار الحماية.
wizard-no-service = المجيب ليس خدمة زيارات للأجهزة. تفقّد المنفذ.
wizard-not-trusted = شهادة الخدمة ليست لهذا العنوان أو ليست موثوقة. اسأل المكتب.
wizard-clock-wrong = شهادة الخدمة لا تصلح بحسب ساعة هذا الجهاز. اضبط الساعة في البرنامج الثابت.
wizard-other-authority = قد يجيب شخص آخر. تفقّد العنوان وأخبر المكتب قبل أن تتابع.
wizard-code-refused = هذا الرمز خطأ أو مستعمل أو قديم. اكتبه مرة أخرى أو اطلب رمزًا جديدًا من المكتب.
wizard-too-many-attempts = محاولات كثيرة. انتظر دقيقة ثم حاول مرة أخرى.
wizard-service-failed = تعطلت خدمة الزيارات. حاول مرة أخرى، وإن بقيت فأخبر المكتب.
wizard-approval-refused = رفض المكتب هذا الجهاز. اسأل المكتب.
wizard-approval-expired = لم يوافق المكتب في الوقت. اطلب حروفًا جديدة.
wizard-file-not-signed = هذا الملف غير موقّع لهذه المنشأة أو جرى تغييره. اطلب من المكتب كتابته من جديد.
wizard-file-unreadable = تعذّرت قراءة هذا الملف. صِل الذاكرة من جديد أو اطلب من المكتب كتابته من جديد.
wizard-file-renamed = الملف { $file } موقّع للجهاز { $kiosk }. اختر ملفًا آخر أو اطلب من المكتب كتابته من جديد.
wizard-disk-failed = لا يمكن الكتابة على قرص هذا الجهاز. لم يُستعمل الرمز. بدّل القرص.
wizard-other-configuration = إعدادات هذا الجهاز معطوبة أو تذكر خدمة أخرى. ثبّت نظام الجهاز من جديد.
wizard-disk-not-made = تعذّر إنشاء القرص من جديد. حاول مرة أخرى، وإن بقي الأمر فبدّل القرص أو شريحة TPM.

installer-title = تثبيت النظام على هذا الجهاز
installer-looking = نتفقّد الجهاز
installer-disk-title = هل نثبّت على هذا القرص؟
installer-disks-title = على أي قرص نثبّت؟
installer-holds-nothing = لا شيء عليه.
installer-holds-kiosk = عليه نظام جهاز زيارات. ستضيع هويته وسجلّه.
installer-holds-something = سيضيع كل ما عليه.
installer-hold = اضغط مطوّلًا للمسح والتثبيت
installer-writing = نكتب على القرص
installer-checking = نتحقّق مما كُتب
installer-keep-stick = اترك ذاكرة USB في مكانها
installer-done-title = تم. انزع ذاكرة USB.
installer-done-detail = ثم يعيد الجهاز تشغيل نفسه ويعمل.
installer-failed = لم يُثبّت النظام
installer-no-disk = لا يظهر في هذا الجهاز قرص. تفقّد القرص وسلكه وإعدادات البرنامج الثابت.
installer-disk-too-small = القرص أصغر مما يلزم: يلزم 8 GB.
installer-stick-unreadable = تعذّرت قراءة ذاكرة USB. أطفئ الجهاز، صِل الذاكرة من جديد، وشغّله منها.
installer-not-written = لا يمكن الكتابة على القرص. حاول مرة أخرى، وإن بقيت فبدّل القرص.
installer-not-as-written = ما على القرص ليس ما كُتب. بدّل القرص.
