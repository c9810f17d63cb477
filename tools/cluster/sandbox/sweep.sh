# Removes what a cluster leaves outside of its namespaces, once the process that keeps it is gone, whatever ended that one, SIGKILL
# included: it takes the end of its input for that. usage: sweep.sh DIR CGROUP, with lines "pid NUMBER" of the namespaces' first process.
trap '' INT TERM HUP
pid=
while read -r word value; do
  [ "$word" = pid ] && pid=$value
done
[ -n "$pid" ] && kill -KILL "$pid" 2>/dev/null
tries=0
while [ $tries -lt 100 ]; do
  left=
  for root in /sys/fs/cgroup/*/; do
    group="$root${2#/}"
    [ -d "$group" ] || continue
    find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
    [ -d "$group" ] && left=yes
  done
  # Last: whoever waits for the end of the cluster waits for its folder to go.
  [ -z "$left" ] && rm -rf --one-file-system "$1" 2>/dev/null && break
  tries=$((tries + 1))
  sleep 0.1
done
