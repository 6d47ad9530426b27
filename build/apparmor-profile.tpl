abi <abi/4.0>,
include <tunables/global>

# ${executable} is a script: what needs user namespaces is the program that it starts.
profile "${executable}" "/opt/${sanitizedProductName}/${executable}-app" flags=(unconfined) {
  userns,

  # Site-specific additions and overrides. See local/README for details.
  include if exists <local/${executable}>
}
