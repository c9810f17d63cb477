# Kills what its parent started once the parent is gone, whatever ended it, SIGKILL included. It reads lines from the
# parent ("add PID", "drop PID", "dir PATH") and takes the end of its input for the parent's death. Each PID leads a
# process group of its own. PATH is a temporary directory to remove at the end.
trap '' INT TERM HUP
pids=' '
dirs=''
while IFS= read -r line; do
  value=${line#* }
  case $line in
    'add '*) pids="$pids$value " ;;
    'drop '*) case $pids in *" $value "*) pids="${pids%% "$value" *} ${pids#* "$value" }" ;; esac ;;
    'dir '*) dirs="$dirs$value
" ;;
  esac
done
for pid in $pids; do kill -KILL "-$pid" 2>/dev/null; done
printf '%s' "$dirs" | while IFS= read -r dir; do rm -rf "$dir"; done
