/**
 * QEMU's model of the Raspberry Pi 4 Model B: four Cortex-A72, GIC-400, 2 GB. The tree names only what an experiment on domUs
 * needs and the model has (QEMU: hw/arm/raspi4b.c, bcm2838.c); with the Pi's own tree Xen meets devices that are not modelled.
 */
import { type DeviceTree, deviceTreeBlob, wide } from './devicetree.ts'

/** Where the modules lie in the first gigabyte, clear of Xen at its begin and of the graphics processor's end. */
export const kernelAddress = 0x20000000
export const ramdiskAddress = 0x24000000

const gic = 1
/** Page with the words at which processors wait for where to start: QEMU's own start-up code reads them. */
const spinTable = { address: 0, bytes: 0x1000, first: 0xd8 }

export interface Content {
  readonly cpus: number
  readonly kernelBytes: number
  readonly ramdiskBytes: number
  readonly xenOptions: string
  readonly dom0Options: string
}

export function deviceTree(content: Content): Uint8Array {
  return deviceTreeBlob(tree(content), [[spinTable.address, spinTable.bytes]])
}

function tree({ cpus, kernelBytes, ramdiskBytes, xenOptions, dom0Options }: Content): DeviceTree {
  return {
    '#address-cells': [2],
    '#size-cells': [2],
    'interrupt-parent': [gic],
    model: 'Raspberry Pi 4 Model B (QEMU)',
    compatible: ['raspberrypi,4-model-b', 'brcm,bcm2711'],
    chosen: {
      '#address-cells': [2],
      '#size-cells': [2],
      'stdout-path': '/serial@fe201000',
      'xen,xen-bootargs': xenOptions,
      [`module@${kernelAddress.toString(16)}`]: {
        compatible: ['multiboot,kernel', 'multiboot,module'],
        reg: [...wide(kernelAddress), ...wide(kernelBytes)],
        bootargs: dom0Options,
      },
      [`module@${ramdiskAddress.toString(16)}`]: {
        compatible: ['multiboot,ramdisk', 'multiboot,module'],
        reg: [...wide(ramdiskAddress), ...wide(ramdiskBytes)],
      },
    },
    cpus: {
      '#address-cells': [1],
      '#size-cells': [0],
      ...Object.fromEntries(
        Array.from({ length: cpus }, (_, number) => [
          `cpu@${number}`,
          {
            device_type: 'cpu',
            compatible: 'arm,cortex-a72',
            reg: [number],
            'enable-method': 'spin-table',
            'cpu-release-addr': wide(spinTable.first + 8 * number),
          },
        ]),
      ),
    },
    // The upper end of the first gigabyte belongs to the graphics processor. QEMU 10 replaces all memory nodes of the root
    // by one for the first gigabyte, so the second lies deeper, where Xen up to 4.18 finds it as well.
    'memory@0': { device_type: 'memory', reg: [...wide(0), ...wide(0x3c000000)] },
    upper: {
      '#address-cells': [2],
      '#size-cells': [2],
      'memory@40000000': { device_type: 'memory', reg: [...wide(0x40000000), ...wide(0x40000000)] },
    },
    // Private interrupts 13, 14, 11 and 10: secure, physical, virtual, hypervisor; level, low, all processors.
    timer: {
      compatible: 'arm,armv8-timer',
      interrupts: [13, 14, 11, 10].flatMap((number) => [1, number, 0xf08]),
    },
    'interrupt-controller@ff841000': {
      compatible: 'arm,gic-400',
      '#interrupt-cells': [3],
      'interrupt-controller': true,
      reg: [0xff841000, 0x1000, 0xff842000, 0x2000, 0xff844000, 0x2000, 0xff846000, 0x2000].flatMap(wide),
      interrupts: [1, 9, 0xf04],
      phandle: [gic],
    },
    'serial@fe201000': {
      compatible: ['arm,pl011', 'arm,primecell'],
      reg: [...wide(0xfe201000), ...wide(0x200)],
      interrupts: [0, 121, 4],
    },
  }
}
