// Injected for `--break fingerprint`: the answer names another certificate than the one in use.
(() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function forged(text) {
    const isAnswer = typeof text === "string" && text.includes('"answer"');
    return send.call(this, isAnswer ? text.replace(/(a=fingerprint:sha-256 )([0-9A-F:]{95})/gi, forge) : text);
  };
  const forge = (_line, name, digits) => name + digits.replace(/[0-9A-F]/gi, (digit) => (digit === "0" ? "1" : "0"));
})();
