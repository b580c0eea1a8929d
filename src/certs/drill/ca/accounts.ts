import type { AcmeServer, Answer, Routes, SignedRequest } from "./acme-server.ts";
import type { CaAccount } from "./ca-store.ts";
import { Refusal } from "./refusal.ts";
import { type Jwk, readJwk, thumbprintOf, verifyExternalBinding, verifyJws } from "./verify-jws.ts";

/** RFC 8555 §7.3. */
export const accountRoutes: Routes = {
  newAccount,
  account: getOrChangeAccount,
  orders: listOrders,
  keyChange,
};

function newAccount(ca: AcmeServer, request: SignedRequest): Answer {
  const payload = members(request);
  const existing = accountOf(ca, request.jwk);
  if (existing) {
    if (existing.status !== "valid") {
      throw new Refusal(403, "unauthorized", `the account is ${existing.status}`);
    }
    return answer(ca, existing, 200);
  }
  if (payload["onlyReturnExisting"] === true) {
    throw new Refusal(400, "accountDoesNotExist", "no account has this key");
  }
  const { termsOfService, externalAccountKeys: keys } = ca.behaviour;
  if (termsOfService !== undefined && payload["termsOfServiceAgreed"] !== true) {
    throw new Refusal(403, "userActionRequired", "the terms of service must be agreed to", {
      instance: termsOfService,
    });
  }
  const binding = payload["externalAccountBinding"];
  if (keys.size > 0 && binding === undefined) {
    throw new Refusal(403, "externalAccountRequired", "an external account binding is required");
  }
  const account: CaAccount = {
    id: ca.store.nextId(),
    jwk: request.jwk,
    status: "valid",
    contact: readContact(payload["contact"]),
    eabKid:
      binding === undefined
        ? undefined
        : verifyExternalBinding(binding, { url: request.url, jwk: request.jwk, keys }),
  };
  ca.store.accounts.set(account.id, account);
  return answer(ca, account, 201);
}

function getOrChangeAccount(ca: AcmeServer, request: SignedRequest): Answer {
  const account = ownAccount(ca, request);
  if (request.payload === "") return answer(ca, account, 200);
  const { status, contact } = request.payload;
  if (status === "deactivated") account.status = "deactivated";
  else if (status !== undefined)
    throw new Refusal(400, "malformed", "status: deactivated is expected");
  if (contact !== undefined) account.contact = readContact(contact);
  return answer(ca, account, 200);
}

function listOrders(ca: AcmeServer, request: SignedRequest): Answer {
  const account = ownAccount(ca, request);
  if (request.payload !== "") throw new Refusal(400, "malformed", "POST-as-GET is expected");
  const own = [...ca.store.orders.values()].filter(({ accountId }) => accountId === account.id);
  return { status: 200, json: { orders: own.map(({ id }) => ca.urlOf("order", id)) } };
}

/** RFC 8555 §7.3.5. */
function keyChange(ca: AcmeServer, request: SignedRequest): Answer {
  let newKey: Jwk | undefined;
  const inner = verifyJws(request.payload, (header) => {
    if (!header.jwk) throw new Refusal(400, "malformed", "the inner JWS needs a jwk");
    newKey = header.jwk;
    return header.jwk;
  });
  const account = ca.store.accounts.get(request.accountId ?? "");
  if (!account || !newKey || inner.payload === "") throw new Refusal(400, "malformed", "no key");
  if (inner.header.url !== request.url || inner.header.nonce !== undefined) {
    throw new Refusal(400, "malformed", "the inner JWS has the same url and no nonce");
  }
  const oldKey = readJwk(inner.payload["oldKey"]);
  if (
    inner.payload["account"] !== ca.urlOf("account", account.id) ||
    thumbprintOf(oldKey) !== thumbprintOf(account.jwk)
  ) {
    throw new Refusal(400, "malformed", "account or oldKey is wrong");
  }
  const holder = accountOf(ca, newKey);
  if (holder) {
    throw new Refusal(409, "malformed", `account ${ca.urlOf("account", holder.id)} has that key`);
  }
  account.jwk = newKey;
  return answer(ca, account, 200);
}

function accountOf(ca: AcmeServer, jwk: Jwk): CaAccount | undefined {
  const thumbprint = thumbprintOf(jwk);
  return [...ca.store.accounts.values()].find((one) => thumbprintOf(one.jwk) === thumbprint);
}

function ownAccount(ca: AcmeServer, request: SignedRequest): CaAccount {
  const account = ca.store.accounts.get(request.id);
  if (!account || account.id !== request.accountId) {
    throw new Refusal(403, "unauthorized", "that is another account");
  }
  return account;
}

function answer(ca: AcmeServer, account: CaAccount, status: number): Answer {
  const orders = ca.behaviour.listsOrders ? { orders: ca.urlOf("orders", account.id) } : {};
  return {
    status,
    json: { status: account.status, contact: account.contact, ...orders },
    headers: { location: ca.urlOf("account", account.id) },
  };
}

function readContact(contact: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(contact) ? contact : [];
  if (contact !== undefined && !Array.isArray(contact)) {
    throw new Refusal(400, "invalidContact", "an array is expected");
  }
  return list.map((one) => {
    if (typeof one !== "string" || !one.startsWith("mailto:")) {
      throw new Refusal(400, "unsupportedContact", `${String(one)} is not a mailto URL`);
    }
    return one;
  });
}

export function members(request: SignedRequest): Readonly<Record<string, unknown>> {
  if (request.payload === "") throw new Refusal(400, "malformed", "a payload is expected");
  return request.payload;
}
