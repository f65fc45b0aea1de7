# What all stages of a job use. Sourced by domains.sh and trials.sh

console=/var/log/xen/console
network=192.168.77

fail() {
    echo "repro: $*" >&2
    exit 1
}

within() { # SECONDS COMMAND...: whether the command succeeds in time
    tries=$(($1 * 10))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.1
    done
}
