# Functions for the last stage of jobs, run in dom0 as root: loads, the trace, and the stamps of domUs. Set by
# the caller: LOOP DOMU_LOAD of domUs; NETWORK, DOMU_MBPS and DOM0_MBPS that the peer sends to the first domU
# and to dom0; DOM0_LOAD; TOOL BY NICE POLICY of what pauses, XENSTORED_NICE XENSTORED_POLICY; TRIALS SEED;
# OUT
. ./common.sh

tell() { # NAME LINE: to the domU's first process; domains.sh has written to NAME.console where that is
    echo "$2" >"$(cat "$1.console")"
}

start() { # NAME OPTION...: starts what loads the domU, and its loop (options: domu-init)
    started=$1
    shift
    tell "$started" "$*"
    within 60 grep -q '^repro-guest started' "$console/guest-$started.log" ||
        fail "$started does not start its load"
}

start_domus() { # NAME...: the measured ones
    for domu; do start "$domu" "loop=$LOOP" "cpu-load=$DOMU_LOAD"; done
}

traced() { # DRIVER...: runs a driver of trials under load, with the trace on
    # 0x29000: runstate changes and the scheduler's common events, without each scheduler's own.
    xentrace -D -e 0x29000 -S 256 "$OUT/trace.bin" >&2 &
    tracer=$!
    within 10 test -s "$OUT/trace.bin" || fail "xentrace does not start"
    # As late as that, since a board under load takes long for everything.
    [ $((DOMU_MBPS + DOM0_MBPS)) -eq 0 ] ||
        start peer loop=none "send=$network.2/$DOMU_MBPS,$network.1/$DOM0_MBPS"
    [ "$DOM0_LOAD" -eq 0 ] || stress --quiet --cpu "$DOM0_LOAD" &
    sleep 0.1 # the load runs
    [ "$NETWORK" = no ] || count_traffic
    [ "$TOOL" != module ] || insmod /job/domain-pause.ko
    status=0
    "$@" "$TRIALS" "$SEED" "tool=$TOOL" "by=$BY" "nice=$NICE" "policy=$POLICY" \
        "xenstored=$(pidof xenstored)" \
        "xenstored-nice=$XENSTORED_NICE" "xenstored-policy=$XENSTORED_POLICY" || status=$?
    [ "$NETWORK" = no ] || count_traffic
    kill -INT $tracer
    wait $tracer || true
    killall stress iperf3 2>/dev/null || true
    [ "$status" -eq 0 ] || fail "the driver $1 failed with status $status"
}

collect_stamps() { # NAME: the domU prints its stamps once a line arrives on its console
    tell "$1" stop
    within 60 grep -q '^====' "$console/guest-$1.log" || fail "$1 does not hand over its stamps"
    sed -n '/^begin-base64/,/^====/p' "$console/guest-$1.log" | tr -d '\r' | uudecode -o - | gunzip
}

count_traffic() { # appends seconds of uptime, and bytes that the peer has sent, to the environment
    received=/sys/class/net/vif$(cat peer.id).0/statistics/rx_bytes
    echo "repro-traffic $(cut -d ' ' -f 1 /proc/uptime) $(cat "$received")" >>"$OUT/environment"
}
