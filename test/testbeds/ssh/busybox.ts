import { join } from 'node:path'

/** Stands for busybox, which is sent to the board. */
export const fakeBusybox = Buffer.from(`#!/bin/sh
applet=$1
shift
case $applet in
--list) echo pretend-applet ;;
cpio) exec ${process.execPath} ${join(import.meta.dirname, 'unpack.mjs')} ;;
*) exec "$applet" "$@" ;;
esac
`)
