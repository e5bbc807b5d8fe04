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
