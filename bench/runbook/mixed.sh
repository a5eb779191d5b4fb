#!/usr/bin/env bash
# The official runbooks as a script, for primaries and remotes on several networks: istio.io, "Install Multi-Primary on
# different networks" for the primaries, then "Install Primary-Remote on different networks" from "Expose the control plane"
# on for every remote, then "Enable Endpoint Discovery" for all that is left. Helm variants, one cluster after the other.
# What those pages set and the charts no longer know (pilot.enabled, EXTERNAL_ISTIOD twice) is left out.
# usage: mixed.sh CHARTS CERTS VALUES NAME:NETWORK[:PRIMARY]...
#   CHARTS  directory with base, istiod and gateway      CERTS  directory with CLUSTER/{ca-cert,ca-key,root-cert,cert-chain}.pem
#   VALUES  directory with istiod.yaml and gateway.yaml: what this machine's images need, the same as Isthmus is given
# Primaries come first. The contexts are lab-NAME.
set -euo pipefail
charts=$1 certs=$2 values=$3
shift 3

names=()
primaries=()
declare -A network primary_of has_remotes
for described in "$@"; do
  IFS=: read -r name net primary <<< "$described"
  names+=("$name")
  network[$name]=$net
  if [ -z "$primary" ]; then primaries+=("$name"); else primary_of[$name]=$primary has_remotes[$primary]=true; fi
done

install_gateway() {
  helm --kube-context="lab-$1" install istio-eastwestgateway "$charts/gateway" -n istio-system --wait -f "$values/gateway.yaml" \
    --set name=istio-eastwestgateway --set "networkGateway=${network[$1]}"
}

attach() { # lets the istiod of the second cluster read the first
  istioctl create-remote-secret --context="lab-$1" --name="$1" | kubectl apply -f - --context="lab-$2"
}

expose_services() {
  kubectl --context="lab-$1" apply -n istio-system -f - <<GATEWAY
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: cross-network-gateway
spec:
  selector:
    istio: eastwestgateway
  servers:
    - port: { number: 15443, name: tls, protocol: TLS }
      tls: { mode: AUTO_PASSTHROUGH }
      hosts: ["*.local"]
GATEWAY
}

expose_istiod() {
  kubectl --context="lab-$1" apply -n istio-system -f - <<GATEWAY
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: istiod-gateway
spec:
  selector:
    istio: eastwestgateway
  servers:
    - port: { name: tls-istiod, number: 15012, protocol: tls }
      tls: { mode: PASSTHROUGH }
      hosts: ["*"]
    - port: { name: tls-istiodwebhook, number: 15017, protocol: tls }
      tls: { mode: PASSTHROUGH }
      hosts: ["*"]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: istiod-vs
spec:
  hosts: ["*"]
  gateways: [istiod-gateway]
  tls:
    - match: [{ port: 15012, sniHosts: ["*"] }]
      route: [{ destination: { host: istiod.istio-system.svc.cluster.local, port: { number: 15012 } } }]
    - match: [{ port: 15017, sniHosts: ["*"] }]
      route: [{ destination: { host: istiod.istio-system.svc.cluster.local, port: { number: 443 } } }]
GATEWAY
}

for cluster in "${primaries[@]}"; do
  k="kubectl --context=lab-$cluster"
  h="helm --kube-context=lab-$cluster"
  external=${has_remotes[$cluster]:-false}
  $k create namespace istio-system
  $k create secret generic cacerts -n istio-system \
    --from-file="$certs/$cluster/ca-cert.pem" --from-file="$certs/$cluster/ca-key.pem" \
    --from-file="$certs/$cluster/root-cert.pem" --from-file="$certs/$cluster/cert-chain.pem"
  $k label namespace istio-system "topology.istio.io/network=${network[$cluster]}"
  $h install istio-base "$charts/base" -n istio-system --set "global.externalIstiod=$external"
  $h install istiod "$charts/istiod" -n istio-system --wait -f "$values/istiod.yaml" \
    --set global.meshID=mesh1 --set "global.multiCluster.clusterName=$cluster" --set "global.network=${network[$cluster]}" \
    --set "global.externalIstiod=$external"
  install_gateway "$cluster"
  if [ "$external" = true ]; then expose_istiod "$cluster"; fi
  expose_services "$cluster"
done

for cluster in "${names[@]}"; do
  primary=${primary_of[$cluster]:-}
  [ -n "$primary" ] || continue
  k="kubectl --context=lab-$cluster"
  h="helm --kube-context=lab-$cluster"
  $k create namespace istio-system
  $k annotate namespace istio-system "topology.istio.io/controlPlaneClusters=$primary"
  $k label namespace istio-system "topology.istio.io/network=${network[$cluster]}"
  address=$(kubectl --context="lab-$primary" -n istio-system get svc istio-eastwestgateway -o 'jsonpath={.status.loadBalancer.ingress[0].ip}')
  $h install istio-base "$charts/base" -n istio-system --set profile=remote --set global.externalIstiod=true
  $h install istiod "$charts/istiod" -n istio-system -f "$values/istiod.yaml" --set profile=remote \
    --set "global.multiCluster.clusterName=$cluster" --set "global.network=${network[$cluster]}" \
    --set "istiodRemote.injectionPath=/inject/cluster/$cluster/net/${network[$cluster]}" \
    --set global.configCluster=true --set "global.remotePilotAddress=$address"
  attach "$cluster" "$primary"
  install_gateway "$cluster"
done

for read in "${names[@]}"; do
  for reader in "${primaries[@]}"; do
    if [ "$read" = "$reader" ] || [ "${primary_of[$read]:-}" = "$reader" ]; then continue; fi
    attach "$read" "$reader"
  done
done
