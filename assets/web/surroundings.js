// Where the page was opened: inside a messenger's own browser, in one too old, or in a good one.

const MESSENGERS = [
  ["WhatsApp", /WhatsApp/i],
  ["Facebook", /FBAN|FBAV|FB_IAB|FBIOS/],
  ["Instagram", /Instagram/i],
  ["Telegram", /Telegram|TgWebView/i],
  ["Viber", /Viber/i],
  ["TikTok", /musical_ly|BytedanceWebview|TikTok/i],
  ["Snapchat", /Snapchat/i],
  ["Line", /\bLine\//],
];

/** The obstacle, if there is one, and the messenger's name if it is known. */
export function lookAround(userAgent = navigator.userAgent) {
  const known = MESSENGERS.find(([, pattern]) => pattern.test(userAgent));
  if (known) return { obstacle: "messenger", obstacleName: known[0] };
  const talks = typeof RTCPeerConnection === "function" && "getTransceivers" in RTCPeerConnection.prototype;
  if (!talks || typeof WebSocket !== "function" || typeof structuredClone !== "function") {
    return { obstacle: "too_old", obstacleName: null };
  }
  if (!navigator.mediaDevices?.getUserMedia) {
    const isEmbedded = /; wv\)|\bwv\b|(iPhone|iPad).*AppleWebKit(?!.*Safari)/.test(userAgent);
    return { obstacle: isEmbedded ? "messenger" : "too_old", obstacleName: null };
  }
  return { obstacle: null, obstacleName: null };
}

/** The first of our languages that the browser prefers; Arabic otherwise. */
export function preferredLanguage(preferences = navigator.languages ?? []) {
  for (const tag of preferences) {
    const primary = String(tag).toLowerCase().split("-")[0];
    if (primary === "ar" || primary === "en" || primary === "ckb") return primary;
    if (primary === "ku") return "ckb";
  }
  return "ar";
}
