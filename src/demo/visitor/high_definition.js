// Injected for the bench: the page asks its camera for 720p30 and sends that, instead of what suits a
// phone, and tells on request what its connections carry. Otherwise the page is as visitors have it.
(() => {
  const BITS_A_SECOND = 1_500_000;
  const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  const connections = [];

  window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
    construct(target, parameters, self) {
      const connection = Reflect.construct(target, parameters, self);
      connections.push(connection);
      return connection;
    },
  });

  const ask = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = function askForMore(constraints) {
    return ask.call(this, constraints.video ? { ...constraints, video: PICTURE } : constraints);
  };

  const limit = RTCRtpSender.prototype.setParameters;
  RTCRtpSender.prototype.setParameters = function limitLess(parameters) {
    if (this.track?.kind === "video") {
      parameters.degradationPreference = "maintain-resolution";
      for (const encoding of parameters.encodings ?? []) {
        encoding.maxBitrate = BITS_A_SECOND;
        encoding.maxFramerate = 30;
      }
    }
    return limit.call(this, parameters);
  };

  window.muwajahaCarried = async () => {
    const connection = connections.findLast(({ connectionState }) => connectionState === "connected");
    const carried = { at: performance.now(), received: null, sent: null };
    for (const entry of (await connection?.getStats())?.values() ?? []) {
      if (entry.kind !== "video") continue;
      const { frameWidth: width = 0, frameHeight: height = 0 } = entry;
      if (entry.type === "inbound-rtp") carried.received = { width, height, frames: entry.framesDecoded ?? 0 };
      if (entry.type === "outbound-rtp") carried.sent = { width, height, frames: entry.framesSent ?? 0 };
    }
    return carried;
  };
})();
