// The inmate's end of a call, for a window of the visitor's browser: offers, takes the answer, counts
// what arrives. Its picture is 320 by 240, so that it is not mistaken for the visitor's own.
window.kiosk = {
  async offer() {
    this.peer?.close();
    const peer = new RTCPeerConnection();
    this.peer = peer;
    this.stream ??= await navigator.mediaDevices.getUserMedia({
      audio: true,
      video: { width: { exact: 320 }, height: { exact: 240 } },
    });
    for (const track of this.stream.getTracks()) peer.addTrack(track, this.stream);
    peer.createDataChannel("control");
    await peer.setLocalDescription(await peer.createOffer());
    if (peer.iceGatheringState !== "complete") {
      await new Promise((resolve) => {
        peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && resolve());
      });
    }
    return peer.localDescription.sdp;
  },
  async answer(sdp) {
    await this.peer.setRemoteDescription({ type: "answer", sdp });
  },
  async frames() {
    let frames = 0;
    for (const report of (await this.peer.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "video") frames += report.framesDecoded ?? 0;
    }
    return frames;
  },
};
