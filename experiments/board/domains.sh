# Functions for the first stage of jobs, run in dom0 as root: domUs with their disks and network cards, and
# what the board says of itself. Set by the caller: VCPUS MEMORY_MB STORAGE of domUs; NETWORK; SEED; KERNEL
# RAMDISK OUT
. ./common.sh
. ./random.sh

random=$SEED
bridge=repro0

load_module() { # NAME [OPTION...]: nothing to do when the kernel has it built in
    file=$(ls "/lib/modules/$1.ko"* 2>/dev/null) || return 0
    shift
    insmod "$file" "$@" || fail "cannot load $file"
}

# Disks lie in dom0's memory: completing the requests of a real one takes a time of its own.
disk_mb=64

load_storage() { # DISKS
    load_module brd "rd_nr=$1" "rd_size=$((disk_mb * 1024))" max_part=4
    for module in $(shuffled loop crc16 crc32c_generic mbcache) jbd2 ext4 xen-blkback; do
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
    iperf3 -s >/dev/null &
}

prepare() { # DOMUS: what domUs need of dom0
    [ "$STORAGE" = none ] || load_storage "$1"
    [ "$NETWORK" = no ] || load_network
}

create_peer() { # NUMBER: a domU in the place of a computer on the network
    (
        VCPUS=1
        MEMORY_MB=256
        STORAGE=none
        create peer "$1"
    )
}

create() { # NAME NUMBER: a domU that is up when its console says so; its address is $network.NUMBER+1
    name=$1
    number=$2
    spread 100
    extra="console=hvc0 rdinit=/init quiet cryptomgr.notests panic=-1 ipv6.disable=1 seed=$random"
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
    xl domid "$name" >"$name.id" 2>/dev/null || true
    within 60 ready_or_gone "$name" && xl domid "$name" >/dev/null 2>&1 ||
        fail "$name does not start; its console ends with: $(last_words "$console/guest-$name.log" 2>&1)"
    xenstore-read "/local/domain/$(cat "$name.id")/console/tty" >"$name.console"
}

# Whether the domU is still there is asked once a second: xl takes as long as ten looks at the log.
ready_or_gone() { # NAME
    if [ -e "$console/guest-$1.log" ] && grep -q '^repro-guest ready' "$console/guest-$1.log"; then return; fi
    [ $((tries % 10)) -eq 0 ] && ! xl domid "$1" >/dev/null 2>&1
}

last_words() { # FILE: what programs said last, and why the kernel gave up if it did
    grep -av '^\[' "$1" | tail -n 5
    sed -n 's/^.*Kernel panic - /its kernel panicked: /p' "$1"
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
