language-name = کوردی
kiosk = ئامێری { $kiosk }
time-left = کاتی ماوە

out-of-service-title = ئەم ئامێرە ئێستا کار ناکات
out-of-service-detail = ببوورە. تکایە داوای ئامێرێکی تر لە پاسەوان بکە.
out-of-service-code = کۆدی { $code }

starting-title = تکایە کەمێک چاوەڕێ بکە
starting-detail = ئامێرەکە دەست بە کار دەکات

locked-title = ئامێرەکە داخراوە
locked-detail = پاسەوان دەیکاتەوە

idle-title = کارتەکەت لەسەر خوێنەرەکە دابنێ
idle-detail = بۆ ئەوەی سەردانەکەت دەست پێ بکات

unknown-badge-title = ئەم کارتە ناناسین
unknown-badge-detail = تکایە لە پاسەوان بپرسە

no-visit-today-title = ئەمڕۆ سەردانت نییە
no-visit-today-detail = ئەگەر چاوەڕێی سەردانیت، تکایە لە پاسەوان بپرسە

another-kiosk-title = سەردانەکەت لە ئامێرێکی ترە
another-kiosk-detail = تکایە بڕۆ بۆ لای. سەردانەکەت کاتژمێر { $time }.

too-early-minutes =
    { $minutes ->
        [0] دوای کەمتر لە خولەکێک وەرەوە
        [one] دوای یەک خولەک وەرەوە
       *[other] دوای { $minutes } خولەک وەرەوە
    }
too-early-starts = سەردانەکەت کاتژمێر { $time }

time-unknown-title = تکایە کەمێک چاوەڕێ بکە
time-unknown-detail = کاتی ئامێرەکە ڕێک دەخەین. دوای کەمێک هەوڵ بدەرەوە.

notice-title = بەخێربێیت { $inmate }
notice-detail = سەردانەکەت لەگەڵ { $visitor } لە { $start } تا { $end }
notice-supervised = ڕەنگە پاسەوان سەیری سەردانەکە بکات
notice-privileged = سەردانی تایبەتە، کەس سەیری ناکات
notice-not-recorded = سەردانەکە تۆمار ناکرێت
notice-ends-by-itself = لە کۆتایی کاتەکەدا خۆی تەواو دەبێت
notice-guard-can-end = پاسەوان دەتوانێت سەردانەکە تەواو بکات
notice-accept = ڕازیم
notice-decline = نامەوێت

preparing-title = سەردانەکەت ئامادە دەکەین
preparing-detail = تکایە کەمێک چاوەڕێ بکە

waiting-title = چاوەڕێی { $visitor } دەکەین
waiting-detail = تکایە لێرە بمێنەوە. سەردانەکە بەم زووانە دەست پێ دەکات.
waiting-begins = دوای { $countdown } دەست پێ دەکات
self-view = تۆ

call-connecting = پەیوەندی دەکەین
call-frozen = وێنەکە وەستا، دەیگەڕێنینەوە
call-reconnecting = پەیوەندی پچڕا، دەیگەڕێنینەوە
call-no-picture = ئێستا وێنە نایەت، دەتوانن قسە بکەن
call-visitor-away = چاوەڕێی گەڕانەوەی { $visitor } دەکەین
call-warning-five-minutes = کەمتر لە پێنج خولەک ماوە
call-warning-one-minute = کەمتر لە خولەکێک ماوە
call-supervised = ڕەنگە پاسەوان سەیر بکات
camera-not-working = کامێراکە کار ناکات
microphone-not-working = مایکرۆفۆنەکە کار ناکات

end-visit = تەواوکردنی سەردان
confirm-end-title = دەتەوێت سەردانەکە تەواو بکەیت؟
confirm-end-yes = بەڵێ، تەواوی بکە
confirm-end-no = نەخێر، با بەردەوام بێت

ended-slot-over = کاتی سەردانەکە تەواو بوو
ended-by-inmate = سەردانەکەت تەواو کرد
ended-by-visitor = میوانەکەت سەردانەکەی تەواو کرد
ended-visitor-absent = میوانەکەت نەیتوانی بێت
ended-by-staff = پاسەوان سەردانەکەی تەواو کرد
ended-conduct = ڕێنماییەکان ڕەچاو نەکران
ended-wrong-person = کەسێکی تر لە وێنەکەدا بوو
ended-safety = لەبەر سەلامەتی ئێوە
ended-operational = لە شوێنێکی تر پێویستیان پێتە
ended-cancelled = سەردانەکە هەڵوەشێنرایەوە
ended-ask-new-time = بۆ کاتێکی نوێ لە پاسەوان بپرسە
ended-notice-declined = سەردانەکە دەستی پێ نەکرد
ended-not-accepted = چونکە هەڵتبژارد: نامەوێت
ended-not-trusted = بۆ پاراستنی تۆ سەردانەکەمان وەستاند
ended-kiosk-failed = ئەم ئامێرە تێک چوو
ended-network-failed = تۆڕەکە پچڕا
ended-engine-failed = پەیوەندی نەکرا
ended-visitor-failed = لای میوانەکەت پەیوەندی نەکرا
ended-ask-guard = ببوورە. تکایە بە پاسەوان بڵێ.
ended-goodbye = خوات لەگەڵ

reader-not-connected = خوێنەری کارت کار ناکات. تکایە بە پاسەوان بڵێ.
reader-not-trusted = متمانە بە خوێنەری کارت ناکرێت ({ $code }). تکایە بە پاسەوان بڵێ.
service-unreachable = ئێستا پەیوەندی بە تۆڕەوە نییە

staff-number = ژمارەی کارمەندی
number-title = ژمارەی کارمەندیت بنووسە
number-hint = لە { $fewest } تا { $most } ژمارە
number-or-pin-wrong = ژمارەی کارمەندی یان نهێنی هەڵەیە

pin-title = ژمارەی نهێنیت بنووسە
pin-wrong = ژمارەکە هەڵەیە
pin-checking = دەیپشکنین
pin-locked = { $countdown } چاوەڕێ بکە
pin-entered =
    { $count ->
        [0] هیچ ژمارەیەک نەنووسراوە
        [one] یەک ژمارە نووسراوە
       *[other] { $count } ژمارە نووسراوە
    }
pin-erase = سڕینەوە
pin-confirm = باشە
pin-cancel = پاشگەزبوونەوە

panel-title = پانێڵی پاسەوان
panel-open = کردنەوەی ئامێر
panel-lock = داخستنی ئامێر
panel-end = تەواوکردنی سەردان لەبەر
panel-end-conduct = ڕەفتار
panel-end-wrong-person = کەسێکی تر
panel-end-safety = مەترسی
panel-end-operational = پێویستە بڕوات
panel-take-out-of-service = وەستاندنی ئامێر
panel-return-to-service = گەڕاندنەوەی ئامێر بۆ کار
panel-close = داخستنی پانێڵ
closes-in = دوای { $countdown } دادەخرێت

check-part-camera = کامێرا
check-part-microphone = مایکرۆفۆن
check-part-speaker = بڵندگۆ
check-part-echo = دەنگدانەوە
check-part-reader = خوێنەری کارت
check-part-touch = دەست لێدان
check-part-screen = شاشە
check-part-service = خزمەتگوزاری
check-part-clock = کاتژمێر
check-part-relay-udp = TURN بە UDP
check-part-relay-tcp = TURN بە TCP
check-part-relay-tls = TURN بە TLS
check-part-line = تۆڕ
check-part-disk = دیسک
check-part-temperature = پلەی گەرمی
check-part-tpm = TPM
check-part-image = سیستەم

check-verdict-pass = باشە
check-verdict-warn = ئاگاداری
check-verdict-fail = خراپە

check-remedy-check-again = دووبارە بپشکنە: وەڵام لە کاتی خۆیدا نەهات
check-remedy-stop-kiosk = ئامێرەکە بوەستێنە، یان لە شاشەکەیەوە بیپشکنە
check-remedy-plug-camera = کامێراکە ببەستە، یان camera.source دابنێ
check-remedy-uncover-camera = سەرپۆشی کامێراکە لابە
check-remedy-replug-camera = وێنەکە ناجووڵێت: کامێراکە سەرلەنوێ ببەستە
check-remedy-speed-camera = دەرچەیەکی USB تایبەت یان ڕووناکی زیاتر بدە بە کامێراکە
check-remedy-light-room = ڕووناکییەکی یەکسان بخە سەر دەموچاوی بەندکراو
check-remedy-plug-microphone = مایکرۆفۆنەکە ببەستە، یان microphone.source دابنێ
check-remedy-raise-microphone = مایکرۆفۆنەکە چالاک بکە یان دەنگی بەرز بکەرەوە
check-remedy-lower-microphone = دەنگی مایکرۆفۆنەکە نزم بکەرەوە
check-remedy-plug-speaker = بڵندگۆکە ببەستە، یان speaker.sink دابنێ
check-remedy-raise-speaker = دەنگی بڵندگۆکە بەرز بکەرەوە، دوو سەری تەلەفۆنەکە لێک نزیک بکەرەوە
check-remedy-use-handset = تەلەفۆنی دەستی بەکار بهێنە، یان دەنگی بڵندگۆ نزم بکەرەوە
check-remedy-plug-reader = سەیری کێبڵ و کارەبای خوێنەرەکە بکە، یان reader.port دابنێ
check-remedy-set-reader-protocol = reader.protocol و reader.baud بەپێی خوێنەرەکە دابنێ
check-remedy-tap-badge = کارتێک لەسەر خوێنەرەکە دابنێ
check-remedy-install-reader-key = سەیری وایەرەکان بکە، پاشان کلیلی خوێنەرەکەی بدەرێ
check-remedy-close-reader-case = بەرگی خوێنەرەکە دابخە و سەیری کارەباکەی بکە
check-remedy-plug-touch = کێبڵی USB ی شاشەی دەست لێدان ببەستە
check-remedy-tap-every-field = دەست لە هەموو خانەکان بدە
check-remedy-plug-screen = یەک شاشە بە وردبینی تەواوەوە ببەستە
check-remedy-mend-service-line = سەیری کێبڵ و ناونیشانی خزمەتگوزارییەکە بکە
check-remedy-provision-anew = ئەم ئامێرە بە کۆدێکی نوێ سەرلەنوێ تۆمار بکە
check-remedy-mend-service = سەیری خزمەتگوزاری سەردان بکە، یان نوێی بکەرەوە
check-remedy-speed-line = تۆڕەکە خاوە: سەیری کێبڵ و سویچ بکە
check-remedy-set-clock = کاتژمێرەکە ڕێک بخە، ئەگەر دووبارە بووەوە پاتری بگۆڕە
check-remedy-name-relay = ڕاژەکارێکی TURN بۆ ئەم گواستنەوەیە لە خزمەتگوزارییەکە ناو بنێ
check-remedy-open-firewall = دیواری پاراستن بۆ ڕاژەکاری TURN بکەرەوە
check-remedy-share-relay-secret = هەمان نهێنی بدە بە خزمەتگوزاری و ڕاژەکاری TURN
check-remedy-let-relay-measure = بۆ پێوان، ڕێ بدە ڕاژەکاری TURN بۆ خۆی بگوازێتەوە
check-remedy-free-disk = دیسکەکە بەتاڵ بکە
check-remedy-replace-disk = دیسکەکە بگۆڕە
check-remedy-cool-case = پانکە و دەرچەکانی هەوا پاک بکەرەوە
check-remedy-read-temperature = هیچ هەستەوەرێکی گەرمی نابینرێت
check-remedy-enable-tpm = TPM لە ڕێکخستنی فێرموێر چالاک بکە
check-remedy-install-image = سیستەمی واژۆکراوی ئامێرەکە دابمەزرێنە
check-remedy-prove-image = ئەم نوێکردنەوەیە لە تاقیکردنەوەدایە: دوای دەستپێکردنەوە بپشکنە

panel-check = خۆپشکنین
check-repeat = دووبارە پشکنین
check-running = دەپشکنرێت
check-touch-test = پشکنینی دەست لێدان
check-leave = تەواو

wizard-title = ئامادەکردنی ئەم ئامێرە
wizard-address-title = ناونیشانی خزمەتگوزاری سەردان
wizard-address-hint = وەک نووسینگە پێی داویت، لەگەڵ دەرچەکەی
wizard-code-title = کۆدی ئەم ئامێرە، تەنها یەک جار بەکاردێت
wizard-code-hint = دوازدە پیت و ژمارە، لە نووسینگەوە
wizard-digits-title = ئایا نووسینگە هەمان ژمارەی هەیە؟
wizard-digits-detail = لە تەنیشت کۆدەکەن. هەموو کۆمەڵەکان بەراورد بکە. ئەگەر یەکێکیان جیاواز بێت، کەسێکی تر وەڵام دەداتەوە.
wizard-digits-same = هەموویان یەکسانن
wizard-digits-differ = جیاوازن
wizard-next = دواتر
wizard-back = گەڕانەوە
wizard-ask-office = بێ کۆد
wizard-use-stick = فلاشی USB
wizard-stick-title = ئەمە کام ئامێرە؟
wizard-stick-hint = فلاشی USB بۆ هەر یەکێک لەمانە فایلێکی هەیە
wizard-more = زیاتر
wizard-reaching = بەدوای خزمەتگوزاری سەرداندا دەگەڕێین
wizard-redeeming = ئەم ئامێرە تۆمار دەکەین
wizard-asking = لە نووسینگە دەپرسین
wizard-wait-detail = تکایە کەمێک چاوەڕێ بکە
wizard-approval-title = ئەم پیتانە بۆ نووسینگە بخوێنەوە
wizard-approval-detail = نووسینگە هەمووی بەراورد دەکات و پەسەندی دەکات، پاشان ئامێرەکە خۆی بەردەوام دەبێت
wizard-approval-left = { $countdown } ماوە
wizard-done-title = ناوی ئەم ئامێرە ئێستا { $kiosk }
wizard-done-detail = کەمێکی تر دەست بە کار دەکات
wizard-disk-closed-title = ئەم ئامێرە دیسکەکەی ناکاتەوە ({ $code })
wizard-disk-closed-detail = TPM یان کلیلەکانی فێرموێر ئەوانە نین کە دیسکەکەیان پێ دروستکراوە.
wizard-disk-closed-choice = ئامادەکردنەوە تۆماری ئامێرەکە لەسەر دیسکەکە دەسڕێتەوە. بۆ هێشتنەوەی، کۆنەکان بگەڕێنەوە و ئامێرەکە بکوژێنەوە و دایبگیرسێنەوە.
wizard-making-disk = دیسکی ئەم ئامێرە سەرلەنوێ دروست دەکەین
wizard-making-disk-detail = مەیکوژێنەوە: خۆی دەستپێدەکاتەوە
wizard-again = دووبارە هەوڵ بدەرەوە
wizard-problem = { $problem } ({ $code })

wizard-no-address = ئەمە ناونیشان نییە. بەم شێوەیە بینووسە: visit.example:8444
wizard-name-unknown = تۆڕەکە ئەم ناوە ناناسێت. سەیری ناونیشان و کێبڵی تۆڕ بکە.
wizard-no-answer = کەس لەوێ وەڵام ناداتەوە. سەیری ناونیشان و دەرچە و کێبڵی تۆڕ و دیواری پاراستن بکە.
wizard-no-service = ئەوەی وەڵام دەداتەوە خزمەتگوزاری سەردانی ئامێرەکان نییە. سەیری دەرچە بکە.
wizard-not-trusted = بڕوانامەی خزمەتگوزارییەکە بۆ ئەم ناونیشانە نییە یان متمانەپێکراو نییە. لە نووسینگە بپرسە.
wizard-clock-wrong = بەپێی کاتژمێری ئەم ئامێرە بڕوانامەی خزمەتگوزارییەکە دروست نییە. کاتژمێر لە فێرموێر ڕێک بخە.
wizard-other-authority = لەوانەیە کەسێکی تر وەڵام بداتەوە. سەیری ناونیشان بکە و پێش بەردەوامبوون بە نووسینگە بڵێ.
wizard-code-refused = ئەم کۆدە هەڵەیە یان بەکارهاتووە یان کۆنە. دووبارە بینووسەوە یان داوای کۆدێکی نوێ لە نووسینگە بکە.
wizard-too-many-attempts = هەوڵەکان زۆرن. خولەکێک چاوەڕێ بکە، پاشان دووبارە هەوڵ بدەرەوە.
wizard-service-failed = خزمەتگوزاری سەردان کاری نەکرد. دووبارە هەوڵ بدەرەوە، ئەگەر هەر وابوو بە نووسینگە بڵێ.
wizard-approval-refused = نووسینگە ئەم ئامێرەی ڕەت کردەوە. لە نووسینگە بپرسە.
wizard-approval-expired = نووسینگە لە کاتی خۆیدا پەسەندی نەکرد. داوای پیتی نوێ بکە.
wizard-file-not-signed = ئەم فایلە بۆ ئەم دامەزراوەیە واژۆ نەکراوە یان گۆڕاوە. با نووسینگە سەرلەنوێ بینووسێت.
wizard-file-unreadable = ئەم فایلە ناخوێندرێتەوە. فلاشەکە دووبارە ببەستە یان با نووسینگە سەرلەنوێ بینووسێت.
wizard-file-renamed = فایلی { $file } بۆ ئامێری { $kiosk } واژۆ کراوە. فایلێکی تر هەڵبژێرە یان با نووسینگە سەرلەنوێ بینووسێت.
wizard-disk-failed = ناتوانرێت لەسەر دیسکی ئەم ئامێرە بنووسرێت. کۆدەکە بەکارنەهات. دیسکەکە بگۆڕە.
wizard-other-configuration = ڕێکخستنی ئەم ئامێرە تێکچووە یان ناوی خزمەتگوزارییەکی تری تێدایە. سیستەمەکە سەرلەنوێ دابمەزرێنە.
wizard-disk-not-made = نەتوانرا دیسکەکە سەرلەنوێ دروست بکرێت. دووبارە هەوڵ بدەرەوە، ئەگەر هەر وابوو دیسک یان TPM بگۆڕە.

installer-title = دامەزراندنی سیستەم لەم ئامێرە
installer-looking = سەیری ئامێرەکە دەکەین
installer-disk-title = لەسەر ئەم دیسکە دابمەزرێت؟
installer-disks-title = لەسەر کام دیسک دابمەزرێت؟
installer-holds-nothing = هیچی لەسەر نییە.
installer-holds-kiosk = سیستەمی ئامێری سەردانی لەسەرە. ناسنامە و تۆمارەکەی لەناو دەچن.
installer-holds-something = هەموو ئەوەی لەسەریەتی لەناو دەچێت.
installer-hold = دەست ڕابگرە بۆ سڕینەوە و دامەزراندن
installer-writing = لەسەر دیسکەکە دەنووسین
installer-checking = ئەوەی نووسرا دەپشکنین
installer-keep-stick = فلاشی USB لە شوێنی خۆی بهێڵەوە
installer-done-title = تەواو بوو. فلاشەکە دەربهێنە.
installer-done-detail = پاشان ئامێرەکە خۆی هەڵدەگیرسێتەوە و کار دەکات.
installer-failed = سیستەم دانەمەزرا
installer-no-disk = ئەم ئامێرە هیچ دیسکێکی خۆی پیشان نادات. سەیری دیسک و کێبڵەکەی و ڕێکخستنەکانی فێرموێر بکە.
installer-disk-too-small = دیسکەکە بچووکە: 8 GB پێویستە.
installer-stick-unreadable = فلاشی USB ناخوێندرێتەوە. ئامێرەکە بکوژێنەوە، فلاشەکە دووبارە ببەستە و لەوەوە هەڵی بکە.
installer-not-written = ناتوانرێت لەسەر دیسکەکە بنووسرێت. دووبارە هەوڵ بدەرەوە، ئەگەر هەر وابوو دیسکەکە بگۆڕە.
installer-not-as-written = ئەوەی لەسەر دیسکەکەیە ئەوە نییە کە نووسرا. دیسکەکە بگۆڕە.
