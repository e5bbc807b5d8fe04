// The wire to the visit service: redeeming the link and the signalling socket. The token goes into a
// request's body and nowhere else.

/** Redeems the link: `{reply}`, `{code}` of a refusal, or `{failure, retryAfter}` worth another try. */
export async function redeem(token, instance) {
  let response;
  try {
    response = await fetch("/v1/visitor/redeem", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, instance }),
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
  } catch {
    return { failure: "offline" };
  }
  try {
    if (response.ok) return { reply: await response.json() };
    if (response.status === 429 || response.status >= 500) {
      const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
      return { failure: "busy", retryAfter: Number.isFinite(seconds) ? Math.min(seconds, 60) * 1_000 : undefined };
    }
    const problem = await response.json();
    return { code: String(problem.type ?? "").split(":").pop() };
  } catch {
    return response.ok ? { failure: "busy" } : { code: "unknown-link" };
  }
}

/** The signalling socket; at most one is open, and what older ones still say is dropped. */
export class Signalling {
  #socket = null;
  #tell;

  constructor(tell) {
    this.#tell = tell;
  }

  open(socketToken) {
    this.close();
    const url = new URL("/v1/visitor/signalling", location.href);
    url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
    url.hash = "";
    const tellClosed = () => this.#tell({ type: "socket_closed", chance: Math.random() });
    let socket;
    try {
      socket = new WebSocket(url, ["muwajaha.v1", `token.${socketToken}`]);
    } catch {
      queueMicrotask(tellClosed);
      return;
    }
    this.#socket = socket;
    const whenCurrent = (act) => (event) => {
      if (this.#socket === socket) act(event);
    };
    socket.addEventListener("open", whenCurrent(() => this.#tell({ type: "socket_opened" })));
    socket.addEventListener("close", whenCurrent(() => {
      this.#socket = null;
      tellClosed();
    }));
    socket.addEventListener("message", whenCurrent(({ data }) => {
      let message;
      try {
        message = JSON.parse(data);
      } catch {
        return;
      }
      this.#tell({ type: "socket_received", message });
    }));
  }

  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  close() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}
