// Calls the admin API and turns its answers into values or problems. Keeps the credential to itself.

const UNREACHABLE = { status: 0, code: "unreachable" };

/** What the service refused, and at which field. */
export class Problem extends Error {
  constructor({ status, code, field = null, detail = "" }) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.field = field;
    this.detail = detail;
  }
}

export class Api {
  #credential;

  constructor(credential) {
    this.#credential = credential;
  }

  get(path) {
    return this.#ask("GET", path);
  }

  async list(path) {
    return (await this.#ask("GET", path)).items;
  }

  post(path, body) {
    return this.#ask("POST", path, body);
  }

  patch(path, body) {
    return this.#ask("PATCH", path, body);
  }

  delete(path) {
    return this.#ask("DELETE", path);
  }

  async #ask(method, path, body) {
    const headers = { authorization: `Bearer ${this.#credential}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    let response;
    let text;
    try {
      response = await fetch(`/v1/admin/${path}`, {
        method, headers, body: JSON.stringify(body), cache: "no-store", credentials: "omit", redirect: "error",
      });
      text = await response.text();
    } catch {
      throw new Problem(UNREACHABLE);
    }
    if (response.ok) return text === "" ? null : JSON.parse(text);
    throw problemIn(response, text);
  }
}

function problemIn(response, text) {
  let told = {};
  if (response.headers.get("content-type")?.startsWith("application/problem+json")) told = JSON.parse(text);
  return new Problem({
    status: response.status,
    code: String(told.type ?? "").split(":").at(-1) || "other",
    field: told.field ?? null,
    detail: told.detail ?? told.title ?? "",
  });
}
