# First process of the cluster's namespaces: prepares mounts and interfaces, then runs the node and reaps whatever is left behind.
# usage: enter.sh DIR NODE_ADDRESS/PREFIX OUTSIDE_ADDRESS SERVICE_RANGE COMMAND...
set -e
dir=$1 address=$2 outside=$3 services=$4
shift 4
mount --make-rshared /
hostname node-1

# Own /run and /var: nothing of the machine's is written.
mkdir -p "$dir/var" "$dir/var-work" "$dir/tunables"
mount -t tmpfs -o mode=755 tmpfs /run
mount -t overlay -o "lowerdir=/var,upperdir=$dir/var,workdir=$dir/var-work" overlay /var

# The kubelet sets these, which belong to no namespace. It finds them as it wants them, and writes nothing.
tunable() {
  echo "$2" >"$dir/tunables/$(basename "$1")"
  mount --bind "$dir/tunables/$(basename "$1")" "/proc/sys/$1"
}
tunable vm/overcommit_memory 1
tunable vm/panic_on_oom 0
tunable kernel/panic 10
tunable kernel/panic_on_oops 1
tunable kernel/keys/root_maxkeys 1000000
tunable kernel/keys/root_maxbytes 25000000

ip link set lo up
ip link add node0 type bridge
ip address add "$address" dev node0
ip link set node0 up
ip link add outside0 type bridge
ip address add "$outside/24" dev outside0
ip link set outside0 up
# Without it a connection to a Service ends before kube-proxy can translate it.
ip route add "$services" dev node0
echo 1 >/proc/sys/net/ipv4/ip_forward

# A background process would have /dev/null for its input, by which the node notices the end of its keeper.
exec 3<&0
"$@" <&3 &
wait $!
