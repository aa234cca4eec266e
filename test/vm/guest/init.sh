#!/bin/busybox sh
# First program of the guest. The host's files come read-only by 9p, below a tmpfs, or a disk that is kept, which takes what is written; the job's
# directory is the only thing on the host that the guest can write to. Then the job runs, and the machine goes off.
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
stty -F /dev/ttyS1 raw -echo
exec >/dev/ttyS1 2>&1

# What was written last is still in the serial line's buffer; setting its mode waits until that is out.
off() {
  stty -F /dev/ttyS1 raw -echo
  poweroff -f
}

fail() {
  echo "@init-failed $*"
  off
}

# From here on, what the kernel says about USB; its own start would only cost time.
dmesg -n 8
modprobe -a virtio_pci virtio_net 9pnet_virtio 9p overlay || fail "modprobe"
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro host /host || fail "9p of the host's files"
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=none job /job || fail "9p of the job"
disk="$(sed -n 's/.*cistern.disk=\([^ ]*\).*/\1/p' /proc/cmdline)"
if [ -n "$disk" ]; then
  modprobe -a virtio_blk crc32c_generic ext4 || fail "modprobe for the disk"
  mount -t ext4 "$disk" /written || fail "the disk"
else
  mount -t tmpfs tmpfs /written
fi
mkdir -p /written/upper /written/work
mount -t overlay -o lowerdir=/tools:/host,upperdir=/written/upper,workdir=/written/work overlay /root ||
  fail "overlay"

for place in proc sys dev; do mount -o rbind /$place /root/$place || fail "bind $place"; done
mount -t tmpfs tmpfs /root/run
mount -t tmpfs tmpfs /root/tmp
# A clone below /tmp or /run would lie hidden under what was just mounted there.
clone="$(cat /job/clone 2>/dev/null)"
if [ -n "$clone" ] && [ ! -e "/root$clone" ]; then
  mkdir -p "/root$clone" /written/clone-upper /written/clone-work
  mount -t overlay -o "lowerdir=/host$clone,upperdir=/written/clone-upper,workdir=/written/clone-work" overlay \
    "/root$clone" || fail "the clone"
fi
mkdir -p /root/run/job /root/lib/modules
mount -o bind /job /root/run/job || fail "bind job"
mount -o bind /lib/modules /root/lib/modules || fail "bind modules"
ifconfig lo 127.0.0.1 up
ifconfig eth0 10.0.2.15 up

chroot /root /bin/sh /run/job/job.sh </dev/null
echo "@exit $?"
off
