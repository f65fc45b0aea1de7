# How boots of a board differ: waits, and the order of what has none. Sourced by shell scripts. Set by the
# caller: random, a seed

spread() { # MILLISECONDS: waits for a random time below that
    draw
    sleep "$(printf '0.%06d' $((random % ($1 * 1000))))"
}

shuffled() { # WORD...: prints them in a random order
    while [ $# -gt 0 ]; do
        draw
        first=$((random % $# + 1))
        rest=
        i=1
        for word; do
            if [ $i -eq $first ]; then echo "$word"; else rest="$rest $word"; fi
            i=$((i + 1))
        done
        set -- $rest
    done
}

# The next number of a linear congruential generator (Park and Miller 1988), whose results are below 2^31 - 1.
draw() {
    random=$((random * 48271 % 2147483647))
    [ $random -gt 0 ] || random=1 # it would stay 0
}
