# Functions for jobs, run in dom0 as root: domUs with their disks and network cards, loads, and what the board says of
# itself. Set by the caller: VCPUS MEMORY_MB STORAGE DOMU_LOAD DOMU_MBPS LOOP of domUs; NETWORK DOM0_LOAD DOM0_MBPS; TOOL
# BY NICE POLICY of what pauses, XENSTORED_NICE XENSTORED_POLICY; TRIALS SEED; KERNEL RAMDISK OUT

console=/var/log/xen/console
bridge=repro0
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

load_module() { # NAME [OPTION...]: nothing to do when the kernel has it built in
    file=$(ls "/lib/modules/$1.ko"* 2>/dev/null) || return 0
    shift
    insmod "$file" "$@" || fail "cannot load $file"
}

# Disks lie in dom0's memory: completing the requests of a real one takes a time of its own.
disk_mb=64

load_storage() { # DISKS
    load_module brd "rd_nr=$1" "rd_size=$((disk_mb * 1024))" max_part=4
    for module in loop crc16 crc32c_generic mbcache jbd2 ext4 xen-blkback; do
        load_module $module
    done
}

make_disk() { # NUMBER: a root for a domU, its device in $device
    disk=/dev/ram$(($1 - 1))
    printf 'n\np\n1\n\n\nw\n' | fdisk "$disk" >/dev/null 2>&1
    device=${disk}p1
    within 5 test -b "$device" || fail "no partition on $disk"
    folder=/mnt/$1
    mkdir -p "$folder"
    case $STORAGE in
    partition) fill "$device" ;;
    file)
        mke2fs -F "$device" >/dev/null
        mkdir -p "$folder.host"
        mount -t ext4 "$device" "$folder.host"
        dd if=/dev/zero of="$folder.host/disk" bs=1M count=$((disk_mb * 3 / 4)) 2>/dev/null
        device=$(losetup -f)
        losetup "$device" "$folder.host/disk"
        fill "$device"
        ;;
    *) fail "unknown storage: $STORAGE (known: none, partition, file)" ;;
    esac
}

fill() { # DEVICE: makes a file system and lays the guest's root into it
    mke2fs -F -b 4096 "$1" >/dev/null
    mount -t ext4 "$1" "$folder"
    (cd "$folder" && cpio -i -d <"$RAMDISK" 2>/dev/null)
    umount "$folder"
}

load_network() {
    for module in llc stp bridge xen-netback; do
        load_module $module
    done
    for which in all default; do # no neighbours to look for
        echo 1 >/proc/sys/net/ipv6/conf/$which/disable_ipv6
    done
    brctl addbr $bridge
    echo 0 >/sys/class/net/$bridge/bridge/forward_delay # else ports forward nothing for 15 s
    ip address add $network.1/24 dev $bridge
    ip link set $bridge up
}

turns() { # MICROSECONDS: see emit.c; a real board has no such turns, and in a session nothing is measured
    [ ! -x /usr/bin/emit ] || [ -e /job/interactive ] || emit --turns "$1" || fail "cannot set turns"
}

prepare() { # DOMUS: what domUs need of dom0
    turns 2000 # until the trace starts: emulation is faster in long turns
    [ "$STORAGE" = none ] || load_storage "$1"
    [ "$NETWORK" = no ] || load_network
    [ "$DOM0_MBPS" -eq 0 ] || iperf3 -s >/dev/null &
}

create_measured() { # NAME NUMBER: a domU with the load and the loop
    create "$1" "$2" "loop=$LOOP" "cpu-load=$DOMU_LOAD"
}

create_peer() { # NUMBER: a domU in the place of a computer on the network, which sends
    (
        VCPUS=1
        MEMORY_MB=256
        STORAGE=none
        create peer "$1" loop=none "send=$network.2/$DOMU_MBPS,$network.1/$DOM0_MBPS"
    )
    peer=$(xl domid peer)
}

count_traffic() { # appends seconds of uptime, and bytes that the peer has sent, to the environment
    echo "repro-traffic $(cut -d ' ' -f 1 /proc/uptime) $(cat "/sys/class/net/vif$peer.0/statistics/rx_bytes")" \
        >>"$OUT/environment"
}

count_run_time() { # appends seconds of uptime, and what each vCPU has run (DOMAIN.VCPU=SECONDS), to the environment
    echo "repro-ran $(cut -d ' ' -f 1 /proc/uptime) $(xl vcpu-list | awk 'NR > 1 { printf "%s.%s=%s ", $2, $3, $6 }')" \
        >>"$OUT/environment"
}

create() { # NAME NUMBER OPTION...: a domU that is up when its console says so; its address is $network.NUMBER+1
    name=$1
    number=$2
    shift 2
    extra="console=hvc0 rdinit=/init quiet cryptomgr.notests panic=-1 ipv6.disable=1 $*"
    {
        echo "name = \"$name\""
        echo "kernel = \"$KERNEL\""
        echo "ramdisk = \"$RAMDISK\""
        echo "memory = $MEMORY_MB"
        echo "vcpus = $VCPUS"
        echo 'on_reboot = "destroy"' # a guest that panics (panic=-1 above) is gone at once, instead of idling
        echo 'on_crash = "destroy"'
        if [ "$STORAGE" != none ]; then
            make_disk "$number"
            echo "disk = [ \"format=raw, vdev=xvda, access=rw, backendtype=phy, target=$device\" ]"
            extra="$extra disk=xvda"
        fi
        if [ -d /sys/class/net/$bridge ]; then
            echo "vif = [ \"mac=00:16:3e:00:00:0$number, bridge=$bridge\" ]"
            extra="$extra address=$network.$((number + 1))/24"
        fi
        echo "extra = \"$extra\""
    } >"$name.cfg"
    xl create "$name.cfg" >"$name.create" 2>&1 || fail "xl create $name failed: $(cat "$name.create")"
    within 60 ready_or_gone "$name" && xl domid "$name" >/dev/null 2>&1 ||
        fail "$name does not start; its console ends with: $(last_words "$console/guest-$name.log" 2>&1)"
}

ready_or_gone() { # NAME; whether the domU is still there is asked once a second: xl takes as long as ten looks at the log
    if [ -e "$console/guest-$1.log" ] && grep -q '^repro-guest ready' "$console/guest-$1.log"; then return; fi
    [ $((tries % 10)) -eq 0 ] && ! xl domid "$1" >/dev/null 2>&1
}

last_words() { # FILE: what programs said last, and why the kernel gave up if it did
    grep -av '^\[' "$1" | tail -n 5
    sed -n 's/^.*Kernel panic - /its kernel panicked: /p' "$1"
}

traced() { # DRIVER...: runs a driver of trials under load, with the trace on
    turns 200
    [ "$DOM0_LOAD" -eq 0 ] || stress --quiet --cpu "$DOM0_LOAD" &
    # 0x29000: runstate changes and the scheduler's common events, without each scheduler's own.
    xentrace -D -e 0x29000 -S 256 "$OUT/trace.bin" >&2 &
    tracer=$!
    within 10 test -s "$OUT/trace.bin" || fail "xentrace does not start"
    sleep 0.2 # the load runs
    count_run_time
    [ "$NETWORK" = no ] || count_traffic
    status=0
    "$@" "$TRIALS" "$SEED" "tool=$TOOL" "by=$BY" "nice=$NICE" "policy=$POLICY" "xenstored=$(pidof xenstored)" \
        "xenstored-nice=$XENSTORED_NICE" "xenstored-policy=$XENSTORED_POLICY" || status=$?
    [ "$NETWORK" = no ] || count_traffic
    count_run_time
    kill -INT $tracer
    wait $tracer || true
    killall stress iperf3 2>/dev/null || true
    [ "$status" -eq 0 ] || fail "the driver $1 failed with status $status"
}

collect_stamps() { # NAME: the domU prints its stamps once a line arrives on its console
    echo stop >"$(xenstore-read "/local/domain/$(xl domid "$1")/console/tty")"
    within 60 grep -q '^end [0-9]' "$console/guest-$1.log" || fail "$1 does not hand over its stamps"
    sed -n '/^repro-stamps/,/^end /p' "$console/guest-$1.log" | tr -d '\r'
}

describe() { # NAME: what the board says of itself, and that domU
    {
        echo "[xl info]"
        xl info
        echo "[cpupool]"
        xl cpupool-list
        echo "[vcpus]"
        xl vcpu-list
        echo "[model]"
        tr '\0' '\n' </proc/device-tree/model 2>/dev/null || echo unknown
        echo "[cpu]"
        cat /proc/cpuinfo
        echo "[dom0]"
        uname -r
        sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release
        echo "[root]"
        awk '$2 == "/" { print $3 }' /proc/mounts
        echo "[guest]"
        grep -a '^repro-guest' "$console/guest-$1.log"
    } | tr -d '\r' >"$OUT/environment"
}
