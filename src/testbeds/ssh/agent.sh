# What runs on a board, in dom0 as root: sh -s VERB [WORD...], from standard input; or from a file, for the job. Answers are lines
# that start with `repro: `, the last of which is `repro: end`; all else on the connection is not ours.
# In memory, gone with a reboot: tools, the job and its results while it runs. On disk: who runs, and results until they are fetched.
memory=/run/repro
disk=/var/lib/repro
export PATH="$memory/job/bin:$memory/tools/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$(echo /usr/lib/xen-*/bin):$memory/tools/busybox.d"
export LC_ALL=C

say() { # NAME VALUE...: one line, whatever the value holds
    name=$1
    shift
    printf 'repro: %s %s\n' "$name" "$(printf '%s' "$*" | tr -s '\000-\037' ' ' | cut -c 1-2000)"
}

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# The board as it is. A command that is not there leaves its line empty.
facts() {
    say boot-id "$(boot_id)"
    say uptime "$(cut -d ' ' -f 1 /proc/uptime)"
    say model "$(tr -d '\000' </proc/device-tree/model 2>/dev/null)"
    say compatible "$(tr '\000' ' ' </proc/device-tree/compatible 2>/dev/null)"
    say tree "$(find /proc/device-tree/ -maxdepth 1 2>/dev/null | sed 's|.*/||' | sort | tr '\n' ' ')"
    say revision "$(od -An -tx1 /proc/device-tree/system/linux,revision 2>/dev/null | tr -d ' \n' | sed 's/^0*//')"
    say processor "$(sed -n 's/^CPU \(implementer\|part\).*: //p' /proc/cpuinfo | sort -u | tr '\n' ' ')"
    say firmware "$(vcgencmd version 2>/dev/null | sed -n 's/^version //p')"
    say kernel "$(uname -r)"
    say system "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release)"
    say user "$(id -u)"
    xl info 2>/dev/null | sed -n 's/^\(xen_version\|xen_scheduler\|xen_commandline\|nr_cpus\|total_memory\) *: /\1 /p' |
        while read -r item value; do say "$item" "$value"; done
    say dom0-vcpus "$(xl vcpu-list Domain-0 2>/dev/null | grep -c '^Domain-0')"
    say domains "$(xl list 2>/dev/null | sed -n 's/^\([^ ]*\) .*/\1/p' | grep -v -e '^Name$' -e '^Domain-0$' | tr '\n' ' ')"
    say xentrace "$(pids xentrace)"
    for one in $(pids xenconsoled); do say xenconsoled "$(tr '\000' ' ' <"/proc/$one/cmdline")"; done
    mkdir -p "$memory" "$disk" 2>/dev/null
    say memory-mb "$(free_mb "$memory")"
    say memory-type "$(stat -f -c %T "$memory" 2>/dev/null)"
    say disk-mb "$(free_mb "$disk")"
    say owner "$(cat "$disk/owner" 2>/dev/null)"
    say tools "$(cat "$memory/tools/version" 2>/dev/null)"
    observe | while read -r item value; do say "now-$item" "$value"; done
}

pids() { # NAME: of processes, without a tool that may not be there
    for one in /proc/[0-9]*; do
        [ "$(cat "$one/comm" 2>/dev/null)" = "$1" ] && printf '%s ' "${one#/proc/}"
    done
}

free_mb() { df -k -P "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }'; }

# What may disturb a measurement, a line each.
observe() {
    echo "temperature-mc $(cat /sys/class/thermal/thermal_zone0/temp 2>/dev/null)"
    echo "clock-khz $(cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq 2>/dev/null)"
    echo "governor $(cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor 2>/dev/null)"
    echo "throttled $(vcgencmd get_throttled 2>/dev/null | sed 's/^throttled=//')"
    echo "load $(cut -d ' ' -f 1 /proc/loadavg)"
    echo "available-kb $(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo)"
    echo "kernel-messages $(dmesg 2>/dev/null | wc -l)"
    echo "packets $(received)"
    echo "seconds $(cut -d ' ' -f 1 /proc/uptime)"
}

# Packets that came in from outside, not from domains.
received() {
    sum=0
    for card in /sys/class/net/*; do
        [ -e "$card/device" ] || continue
        case ${card##*/} in vif* | lo) continue ;; esac
        sum=$((sum + $(cat "$card/statistics/rx_packets")))
    done
    echo $sum
}

is_running() { # GROUP BOOT: whether a process group of this boot is there
    [ -n "$1" ] && [ "$2" = "$(boot_id)" ] && kill -0 "-$1" 2>/dev/null
}

# Whose job is or was here: its name, the host's name, its process group, the boot, and when it must be over (seconds of uptime).
read_owner() {
    owner= host= group= boot= until=
    read -r owner host group boot until 2>/dev/null <"$disk/owner" || true
}

state() { # JOB
    read_owner
    say boot-id "$(boot_id)"
    if [ -e "$disk/jobs/$1/status" ]; then
        say state "ended $(cat "$disk/jobs/$1/status")"
        (cd "$disk/jobs/$1" && while read -r digest bytes file; do say file "$digest $bytes $file"; done <manifest)
    elif [ "$owner" != "$1" ]; then
        say state absent
    elif is_running "$group" "$boot"; then
        say state running
    elif [ "$boot" != "$(boot_id)" ]; then
        say state rebooted
    else
        say state gone
    fi
}

# Gives the board to HOST until its job starts, unless another one has it: of two that ask at once only one can make the link.
# A claim ends with the boot, with the start of a job, or after a while, as whoever made it may be gone.
claim() { # HOST FORMER
    mkdir -p "$memory"
    read_claim
    now=$(cut -d . -f 1 /proc/uptime)
    if [ -n "$claimant" ] && { [ "$claimant" = "$1" ] || [ "$claimant" = "$2" ] || [ "$now" -ge "${claimed:-0}" ]; }; then
        rm -f "$memory/claim"
    fi
    echo "$1 $((now + 900))" >"$memory/claim.$1"
    ln "$memory/claim.$1" "$memory/claim" 2>/dev/null
    rm -f "$memory/claim.$1"
    read_claim
    [ "$claimant" = "$1" ]
}

read_claim() {
    claimant= claimed=
    read -r claimant claimed 2>/dev/null <"$memory/claim" || true
}

domains() { xl list 2>/dev/null | awk 'NR > 1 && $2 != 0 { print $2 }'; }

# Ends what an earlier job left, and makes room for the next one. FORMER is a holder that is known to be gone.
clear_board() { # HOST FORMER
    read_owner
    if [ -n "$owner" ] && [ "$host" != "$1" ] && [ "$host" != "$2" ] && is_running "$group" "$boot"; then
        say taken "$host"
        return
    fi
    if ! claim "$1" "$2"; then
        say taken "$claimant"
        return
    fi
    if [ ! -e "$memory/over" ] && is_running "$group" "$boot"; then # else it only syncs, and its number may be another's by now
        say left "job $owner"
        kill -KILL "-$group" 2>/dev/null
    fi
    if [ "$boot" = "$(boot_id)" ] && [ -e "$memory/groups" ]; then
        while read -r one; do kill -KILL "-$one" 2>/dev/null; done <"$memory/groups"
    fi
    for one in $(pids xentrace); do
        say left "xentrace (process $one)"
        kill -INT "$one" 2>/dev/null
        sleep 1
        kill -KILL "$one" 2>/dev/null
    done
    # The board had no domains when that job started, so all that are there are its own; but only those that it left, once it is
    # over: somebody may use the board since. Xen gives no number twice in a boot.
    if [ "$boot" = "$(boot_id)" ]; then
        for domain in $(domains); do
            [ ! -e "$memory/domains" ] || grep -qx "$domain" "$memory/domains" || continue
            say left "domain $domain"
            xl destroy "$domain" 2>/dev/null
        done
    fi
    unload
    rm -rf "$memory/job" "$memory/out" "$memory/groups" "$memory/over" "$memory/domains" "$memory/go" "$disk"/jobs/*.part
    [ ! -L /job ] || rm -f /job
    rm -f /var/log/xen/console/guest-*.log /var/log/xen/xl-*.log
    rm -f "$disk/owner"
    mkdir -p "$memory/job" "$disk/jobs"
    # Results that nobody has fetched yet: another process may, but not for ever.
    ls -t "$disk/jobs" | tail -n +9 | while read -r one; do rm -rf "$disk/jobs/$one"; done
    sync
}

# What jobs need of dom0's kernel, as emulated boards have it: disks in memory, and the backends of domUs' disks and cards.
load() {
    for module in xen-privcmd loop ext4 xen-blkback bridge xen-netback; do modprobe -q $module; done
    modprobe -q brd rd_nr=4 rd_size=65536 max_part=4
}

# Takes back what jobs make of these. Only what lies on such a disk in memory is unmounted.
unload() {
    sed -n 's,^/dev/\(ram\|loop\)[^ ]* \(/mnt/[0-9][^ ]*\) .*,\2,p' /proc/mounts | sort -r | while read -r one; do umount "$one"; done
    for file in /sys/block/loop*/loop/backing_file; do
        case $(cat "$file" 2>/dev/null) in /mnt/[0-9]*.host/disk*)
            loop=${file%/loop/backing_file}
            losetup -d "/dev/${loop##*/}"
            ;;
        esac
    done
    sed -n 's|^/dev/ram[^ ]* \(/mnt/[0-9][^ ]*\) .*|\1|p' /proc/mounts | while read -r one; do umount "$one"; done
    modprobe -q -r brd
    [ ! -d /sys/class/net/repro0 ] || ip link delete repro0
}

# The files of the job are in place. It goes on when the connection ends.
start() { # JOB HOST SECONDS
    read_claim
    [ "$claimant" = "$2" ] || { say error "the board was given to ${claimant:-another} meanwhile"; return; }
    [ -d "$memory/job" ] || { say error "no job in $memory/job"; return; }
    ln -sfn "$memory/job" /job || { say error "cannot make the link /job"; return; }
    load
    setsid "$memory/tools/busybox" sh "$memory/tools/agent.sh" run "$@" </dev/null >/dev/null 2>&1 &
    group=$!
    echo "$1 $2 $group $(boot_id) $(($(cut -d . -f 1 /proc/uptime) + $3))" >"$disk/owner.part"
    mv "$disk/owner.part" "$disk/owner"
    rm -f "$memory/claim"
    sync
    tell "job $1 started"
    : >"$memory/go" # after the journal knows of it, and before the connection may fail
    say started "$group"
}

# The job itself, detached: its stages, then its results on disk, then a line on the console that they can be fetched.
run() { # JOB HOST SECONDS
    until [ -e "$memory/go" ]; do sleep 0.2; done
    rm -f "$memory/go"
    export OUT="$memory/out"
    log="$memory/log"
    end=$(($(cut -d . -f 1 /proc/uptime) + $3))
    mkdir -p "$OUT"
    cd "$memory/job" || exit
    number=1
    status=0
    : >"$log"
    while [ -e "stage-$number" ]; do
        observe >"$memory/before"
        left=$((end - $(cut -d . -f 1 /proc/uptime)))
        [ $left -gt 0 ] || left=1
        # A group of its own, which ends as a whole; not before the last stage has, as stages leave programs to each other. By the
        # system's shell: busybox's would take its own applets before what the PATH has first.
        setsid timeout -s KILL $left sh -e "./stage-$number" >>"$log" 2>&1 &
        echo $! >>"$memory/groups"
        wait $! || status=$?
        observe >"$memory/after"
        [ $status -eq 0 ] || break
        number=$((number + 1))
    done
    while read -r one; do kill -KILL "-$one" 2>/dev/null; done <"$memory/groups"
    rm -f "$memory/groups"
    { echo "$(domains)" >"$memory/domains"; } 2>/dev/null || rm -f "$memory/domains"
    [ "$(free_mb "$memory")" -gt 1 ] || status="$status memory-full"
    keep "$1" "$status" || keep_status "$1" "$status disk-full"
    tell "job $1 ended"
}

tell() { # LINE: on the serial console, if there is one
    { echo "repro: $1" >/dev/console; } 2>/dev/null || true
}

keep() { # JOB STATUS: on disk, complete before its name says so; `files` may have any name
    part="$disk/jobs/$1.part"
    mkdir -p "$part/files" || return
    for file in "$OUT"/* /var/log/xen/console/guest-*.log; do
        [ ! -f "$file" ] || cp "$file" "$part/files" || return
    done
    cp "$memory/log" "$part/files/console.log" || return
    { sed 's/^/before /' "$memory/before" && sed 's/^/after /' "$memory/after"; } >"$part/files/hygiene" || return
    dmesg 2>/dev/null | tail -n +"$(($(sed -n 's/^kernel-messages //p' "$memory/before") + 1))" >"$part/files/kernel-messages"
    (
        cd "$part/files" && for file in *; do
            echo "$(sha256sum "$file" | cut -d ' ' -f 1) $(wc -c <"$file") $file"
        done >../manifest
    ) || return
    echo "$2" >"$part/status" || return
    sync
    : >"$memory/over"
    mv "$part" "$disk/jobs/$1" && sync
}

keep_status() { # JOB STATUS: when there is room for nothing else
    part="$disk/jobs/$1.part"
    rm -rf "$part" "$disk/jobs/$1"
    mkdir -p "$part"
    : >"$part/manifest"
    echo "$2" >"$part/status"
    : >"$memory/over"
    mv "$part" "$disk/jobs/$1"
    sync
}

forget() { # JOB: its results have arrived, or nobody wants them
    rm -rf "$disk/jobs/$1" "$disk/jobs/$1.part"
    sync
    say forgot "$1"
}

# For the doctor: Xen's trace while a program of ours yields. The trace stays in memory until it is fetched.
yields() {
    cd "$memory" || return
    rm -f yields.bin
    xentrace -D -e 0x29000 -S 64 yields.bin >yields.log 2>&1 &
    tracer=$!
    tries=50
    until [ -s yields.bin ] || [ $tries -eq 0 ]; do
        sleep 0.2
        tries=$((tries - 1))
    done
    ./yields 16 2>>yields.log | while read -r item value; do say "$item" "$value"; done
    sleep 1
    kill -INT $tracer
    wait $tracer
    say bytes "$(wc -c <yields.bin)"
    say complaint "$(tail -n 3 yields.log)"
}

restart() { # BOOT, unless another one has begun, as this may arrive twice: a moment later, so that the answer gets through
    if [ "$1" != "$(boot_id)" ]; then
        say restarts already
        return
    fi
    sync
    setsid sh -c 'sleep 1; reboot || reboot -f' </dev/null >/dev/null 2>&1 &
    say restarts now
}

install_tools() { # VERSION: busybox and the archive of the rest are in $memory/tools
    cd "$memory/tools" || return
    mkdir -p busybox.d bin
    chmod 755 busybox
    for applet in $(./busybox --list); do ln -sf ../busybox "busybox.d/$applet"; done
    echo "$1" >version
    say tools "$1"
}

verb=$1
shift
"$verb" "$@"
say end
