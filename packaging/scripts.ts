/** Maintainer scripts (Debian policy 6): POSIX sh; DPKG_ROOT is empty on a running system. */

/** systemd reads the units anew; nothing is enabled: an operator does that, with cistern schedule install. */
export const DEB_POSTINST = `#!/bin/sh
set -e
if [ "$1" = configure ] && [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
fi
`;

/**
 * What \`cistern schedule install\` wrote goes with the program that it would start, and so do units that were enabled by
 * hand, after what they are about; settings stay until purge.
 */
export const DEB_PRERM = `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -e "$DPKG_ROOT/etc/cistern/schedule.json" ]; then
	node "$DPKG_ROOT/usr/lib/cistern/cistern.mjs" schedule remove --root-directory "\${DPKG_ROOT:-/}" ||
		echo "cistern: the schedule could not be taken away; see /etc/cistern/schedule.json" >&2
fi
if [ "$1" = remove ] && command -v systemctl >/dev/null; then
	units="cistern-update.timer cistern-update.service cistern-resume.service"
	if [ -z "$DPKG_ROOT" ]; then
		systemctl disable --now $units >/dev/null 2>&1 || true
	else
		systemctl --root="$DPKG_ROOT" disable $units >/dev/null 2>&1 || true
	fi
fi
`;

export const DEB_POSTRM = `#!/bin/sh
set -e
if [ "$1" = purge ]; then
	rm -rf "$DPKG_ROOT/etc/cistern" "$DPKG_ROOT/var/lib/cistern"
fi
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
fi
`;

/** opkg gives the root of an image in IPKG_INSTROOT; the old package's script runs before an upgrade, too, which keeps the schedule. */
export const IPK_PRERM = `#!/bin/sh
[ "$PKG_UPGRADE" = 1 ] && exit 0
[ "$1" = upgrade ] && exit 0
[ -e "$IPKG_INSTROOT/etc/cistern/schedule.json" ] || exit 0
node "$IPKG_INSTROOT/usr/lib/cistern/cistern.mjs" schedule remove --root-directory "\${IPKG_INSTROOT:-/}" ||
	echo "cistern: the schedule could not be taken away; see /etc/cistern/schedule.json" >&2
exit 0
`;
