// A real identity provider for the tests: npm's oidc-provider, over HTTPS, with RFC 9068 tokens.
// node oidc_provider.mjs PORT CERTIFICATE KEY AUDIENCE; a POST to /rotate makes it sign with a new key.
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import Provider from 'oidc-provider'

const [port, certificate, key, audience] = process.argv.slice(2)
const issuer = `https://localhost:${port}`
const keys = []

function provider() {
  // Asked for as JWK at once: Node 20 hangs now and then when a key that it has just made is exported later.
  const jwk = { format: 'jwk' }
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: jwk,
    privateKeyEncoding: jwk,
  })
  keys.unshift({ ...privateKey, kid: randomUUID(), use: 'sig', alg: 'ES256' })
  const resourceServer = {
    scope: 'probes:read probes:write',
    audience,
    accessTokenFormat: 'jwt',
    accessTokenTTL: 300,
    jwt: { sign: { alg: 'ES256' } },
  }
  const client = {
    client_id: 'program',
    client_secret: 'a secret of the tests',
    grant_types: ['client_credentials', 'implicit'],
    redirect_uris: ['https://app.example/callback'],
    response_types: ['id_token'],
    id_token_signed_response_alg: 'ES256',
  }
  return new Provider(issuer, {
    clients: [client],
    jwks: { keys },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => resourceServer,
      },
    },
    pkce: { required: () => false },
  }).callback()
}

let answer = provider()
createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
  if (request.method === 'POST' && request.url === '/rotate') {
    answer = provider()
    response.end()
  } else {
    answer(request, response)
  }
}).listen(Number(port), '127.0.0.1')
