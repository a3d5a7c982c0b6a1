// Run the code flow as a public client with oauth4webapi, which validates every response. A line "go URL" asks the test
// to open the URL as the user's browser; the test writes the redirect URL to standard input.
import { createInterface } from "node:readline/promises"
import * as oauth from "oauth4webapi"

const { issuer, api, native } = JSON.parse(process.argv[2])
const terminal = createInterface({ input: process.stdin })
const resourceUrl = new URL(issuer)

// RFC 9728: the 401 of the API points to its metadata, which name the authorization server.
const rejected = await fetch(`${api}/me`)
const metadata = /resource_metadata="([^"]+)"/.exec(rejected.headers.get("www-authenticate"))[1]
const resource = await oauth.processResourceDiscoveryResponse(resourceUrl, await oauth.resourceDiscoveryRequest(resourceUrl))
const as = await oauth.processDiscoveryResponse(
  new URL(resource.authorization_servers[0]),
  await oauth.discoveryRequest(new URL(resource.authorization_servers[0]), { algorithm: "oauth2" }),
)

const client = { client_id: native.id }
const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()
const authorizationUrl = new URL(as.authorization_endpoint)
authorizationUrl.search = new URLSearchParams({
  response_type: "code",
  client_id: native.id,
  redirect_uri: native.callback,
  scope: "items:read",
  state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
})
console.log(`go ${authorizationUrl}`)
const redirected = new URL((await terminal[Symbol.asyncIterator]().next()).value)
const parameters = oauth.validateAuthResponse(as, client, redirected, state)
const first = await oauth.processAuthorizationCodeResponse(
  as,
  client,
  await oauth.authorizationCodeGrantRequest(as, client, oauth.None(), parameters, native.callback, verifier),
)

const request = new Request(`${api}/items`, { headers: { authorization: `Bearer ${first.access_token}` } })
const claims = await oauth.validateJwtAccessToken(as, request, issuer)
const read = await fetch(request)
const refreshed = await oauth.processRefreshTokenResponse(
  as,
  client,
  await oauth.refreshTokenGrantRequest(as, client, oauth.None(), first.refresh_token),
)
await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, oauth.None(), refreshed.refresh_token))
const after = await fetch(`${api}/items`, { headers: { authorization: `Bearer ${refreshed.access_token}` } })

console.log(
  JSON.stringify({
    metadata: metadata === `${issuer}/.well-known/oauth-protected-resource`,
    audience: claims.aud,
    client: claims.client_id === native.id,
    read: read.status,
    read_after_revocation: after.status,
  }),
)
terminal.close()
