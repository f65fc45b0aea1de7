/** Detects names of likely secrets: keys, passwords, tokens. */

/** Folders that hold only secrets. */
const folders = ['.ssh', '.aws', '.gnupg', '.azure', '.kube', '.docker', '.gcloud', '.password-store']

const names: readonly RegExp[] = [
  /^\.env(?:\..+)?$/,
  /^\.envrc$/,
  /^[._]netrc$/,
  /^\.(?:npmrc|pypirc|pgpass|my\.cnf|htpasswd|dockercfg|dockerconfigjson|git-credentials|s3cfg|boto|vault_pass.*|vault-token|renviron)$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?:[._-].*)?$/,
  /\.(?:pem|key|p12|pfx|pkcs12|jks|keystore|kdbx?|ppk|agekey|tfvars)$/,
  /\.tfstate(?:\.backup)?$/,
  /^credentials(?:\..*)?$/,
  /^(?:client_secret|service[-_]account).*\.json$/,
  /^secrets?\.(?:ya?ml|json|toml|ini|env|txt)$/,
  /^kubeconfig$/,
  /^\.(?:bash|zsh|python|psql|mysql|node_repl|r)_?history$/,
]

/** Exceptions meant to be public. */
const shown = /(?:\.pub|\.(?:example|sample|template|dist))$/

export function isSecret(path: string): boolean {
  const parts = path.toLowerCase().split('/')
  const name = parts.pop() ?? ''
  if (parts.some((part) => folders.includes(part))) return true
  return !shown.test(name) && names.some((pattern) => pattern.test(name))
}
