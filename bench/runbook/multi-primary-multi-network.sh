#!/usr/bin/env bash
# The official runbook as a script: istio.io, "Install Multi-Primary on different networks", Helm variant, one cluster
# after the other, for clusters that are each on a network of their own.
# usage: multi-primary-multi-network.sh CHARTS CERTS VALUES CLUSTER...
#   CHARTS  directory with base, istiod and gateway      CERTS  directory with CLUSTER/{ca-cert,ca-key,root-cert,cert-chain}.pem
#   VALUES  directory with istiod.yaml and gateway.yaml: what this machine's images need, the same as Isthmus is given
# The contexts are lab-CLUSTER, the networks are called as the clusters.
set -euo pipefail
charts=$1 certs=$2 values=$3
shift 3

for cluster in "$@"; do
  k="kubectl --context=lab-$cluster"
  h="helm --kube-context=lab-$cluster"
  $k create namespace istio-system
  $k create secret generic cacerts -n istio-system \
    --from-file="$certs/$cluster/ca-cert.pem" --from-file="$certs/$cluster/ca-key.pem" \
    --from-file="$certs/$cluster/root-cert.pem" --from-file="$certs/$cluster/cert-chain.pem"
  $k label namespace istio-system "topology.istio.io/network=$cluster"
  $h install istio-base "$charts/base" -n istio-system
  $h install istiod "$charts/istiod" -n istio-system --wait -f "$values/istiod.yaml" \
    --set global.meshID=mesh1 --set "global.multiCluster.clusterName=$cluster" --set "global.network=$cluster"
  $h install istio-eastwestgateway "$charts/gateway" -n istio-system --wait -f "$values/gateway.yaml" \
    --set name=istio-eastwestgateway --set "networkGateway=$cluster"
  $k apply -n istio-system -f - <<GATEWAY
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
done

for read in "$@"; do
  for reader in "$@"; do
    [ "$read" = "$reader" ] && continue
    istioctl create-remote-secret --context="lab-$read" --name="$read" | kubectl apply -f - --context="lab-$reader"
  done
done
