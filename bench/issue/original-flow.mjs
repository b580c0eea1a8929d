// The flow of the system that Docport re-imagines, on npm's acme-client: HTTP-01, a pause of two
// seconds before the CA is told to look, two files, then TLS.
// Usage: node original-flow.mjs DIRECTORY CERTS HTTPS_PORT HTTP_PORT DOMAIN
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import acme from "acme-client";

const [directoryUrl, certs, httpsPort, httpPort, domain] = process.argv.slice(2);
const paths = [`${certs}/${domain}.cert.pem`, `${certs}/${domain}.key.pem`];
if (!paths.every((path) => existsSync(path))) {
  const answers = new Map();
  const http = createHttp((request, response) => response.end(answers.get(request.url) ?? ""));
  await new Promise((resolve) => http.listen(Number(httpPort), "127.0.0.1", resolve));
  const client = new acme.Client({
    directoryUrl,
    accountKey: await acme.crypto.createPrivateEcdsaKey(),
  });
  await client.createAccount({ termsOfServiceAgreed: true });
  const order = await client.createOrder({ identifiers: [{ type: "dns", value: domain }] });
  for (const authorization of await client.getAuthorizations(order)) {
    const challenge = authorization.challenges.find(({ type }) => type === "http-01");
    const answer = await client.getChallengeKeyAuthorization(challenge);
    answers.set(`/.well-known/acme-challenge/${challenge.token}`, answer);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await client.completeChallenge(challenge);
    await client.waitForValidStatus(challenge);
  }
  const [key, csr] = await acme.crypto.createCsr(
    { altNames: [domain] },
    await acme.crypto.createPrivateEcdsaKey(),
  );
  const finalized = await client.finalizeOrder(order, csr);
  mkdirSync(certs, { recursive: true });
  writeFileSync(paths[0], await client.getCertificate(finalized));
  writeFileSync(paths[1], key);
  http.close();
}
const [cert, key] = paths.map((path) => readFileSync(path));
createHttps({ cert, key }, (_request, response) => response.end("ok\n")).listen(
  Number(httpsPort),
  "127.0.0.1",
);
