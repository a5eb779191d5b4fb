#!/usr/bin/env bash
# A root and an intermediate CA per cluster, with the values of Istio's tools/certs (RSA 4096, SHA-256).
# usage: make-certificates.sh DIRECTORY CLUSTER...
set -euo pipefail
directory=$1
shift
mkdir -p "$directory"
cd "$directory"

usages="digitalSignature,nonRepudiation,keyEncipherment,keyCertSign"
openssl req -x509 -newkey rsa:4096 -nodes -sha256 -days 3650 -keyout root-key.pem -out root-cert.pem -subj "/O=Istio/CN=Root CA" \
  -addext "basicConstraints=critical,CA:true" -addext "keyUsage=critical,$usages" 2>/dev/null
for cluster in "$@"; do
  mkdir -p "$cluster"
  openssl req -newkey rsa:4096 -nodes -sha256 -keyout "$cluster/ca-key.pem" -out "$cluster/ca.csr" -subj "/O=Istio/CN=Intermediate CA/L=$cluster" 2>/dev/null
  openssl x509 -req -sha256 -days 3650 -in "$cluster/ca.csr" -CA root-cert.pem -CAkey root-key.pem -CAcreateserial -out "$cluster/ca-cert.pem" \
    -extfile <(printf 'basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,%s\nsubjectAltName=DNS:istiod.istio-system.svc\n' "$usages") 2>/dev/null
  cp root-cert.pem "$cluster/root-cert.pem"
  cat "$cluster/ca-cert.pem" root-cert.pem > "$cluster/cert-chain.pem"
done
