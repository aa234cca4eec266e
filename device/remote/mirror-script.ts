/**
 * What of a router's /sys decides, for its `sh`: the USB bus, supplies and voltage alarms, network interfaces and what
 * they stand on. A line each, the path below /sys: `A PATH VALUE` an attribute, `D PATH` something that is there,
 * `L PATH TARGET` the last part of where a link leads, `C BUS NAME` the controller of a bus.
 */
export const MIRROR_SCRIPT = `cd /sys || exit 1
a() { [ -r "$1" ] && IFS= read -r v 2>/dev/null <"$1" && echo "A $1 $v"; }
l() { [ -L "$1" ] && { v=$(readlink "$1"); echo "L $1 \${v##*/}"; }; }
d() { [ -e "$1" ] && echo "D $1"; }
cd bus/usb/devices 2>/dev/null && {
  for p in *; do
    case $p in
      usb*) v=$(readlink -f "$p"); v=\${v%/*}; echo "C \${p#usb} \${v##*/}" ;;
      *:*)
        for n in bInterfaceNumber bInterfaceClass bInterfaceSubClass bInterfaceProtocol; do a "$p/$n"; done
        l "$p/driver"
        for n in "$p"/ttyUSB* "$p"/tty/* "$p"/net/* "$p"/usbmisc/* "$p"/wwan/*/*; do d "$n"; done
        for n in "$p"/*-port*/peer; do l "$n"; done ;;
      *-*) for n in idVendor idProduct busnum devnum bNumInterfaces authorized; do a "$p/$n"; done ;;
    esac
  done
  cd /sys
}
for s in class/power_supply/*; do for n in type scope online status capacity; do a "$s/$n"; done; done
for s in class/hwmon/*; do a "$s/name"; for n in "$s"/in*_lcrit_alarm; do a "$n"; done; done
for s in class/net/*; do d "$s"; for n in "$s/device" "$s"/lower_* "$s"/brif/*; do d "$n"; done; done
echo end
`;
