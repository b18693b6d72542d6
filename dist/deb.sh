#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes build/anze_VERSION_ARCH.deb from build/release (run `./run.sh build` first). What the package depends on is read from
# the programs.
set -eu
cd "$(dirname "$0")/.."
release=build/release
[ -x $release/anze ] || { echo "dist/deb.sh: run ./run.sh build first" >&2; exit 1; }
version=$($release/anze --version | awk '{print $2}')
arch=$(dpkg --print-architecture)
root=build/deb/root
rm -rf build/deb
umask 022
install -d $root/DEBIAN $root/usr/bin $root/usr/lib/anze $root/lib/systemd/system $root/etc/default $root/usr/share/doc/anze
install -s -m 755 $release/anze $root/usr/bin/anze
install -s -m 755 $release/anze-paper $release/anze-press $root/usr/lib/anze/
install -m 644 dist/anze.service dist/anze-backup.service dist/anze-backup.timer $root/lib/systemd/system/
install -m 644 dist/anze.default $root/etc/default/anze
install -m 644 README.md README.zh-CN.md SECURITY.md docs/operations.md dist/nginx.conf dist/config.json $root/usr/share/doc/anze/
{
    echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
    echo
    echo "Files: *"
    echo "Copyright: the anze authors"
    echo "License: Apache-2.0"
    echo " On Debian systems the text of the licence is in /usr/share/common-licenses/Apache-2.0."
} >$root/usr/share/doc/anze/copyright

# dpkg-shlibdeps wants a source package around it.
mkdir -p build/deb/debian
printf 'Source: anze\n\nPackage: anze\nArchitecture: any\n' >build/deb/debian/control
depends=$(cd build/deb && dpkg-shlibdeps -O root/usr/bin/anze root/usr/lib/anze/anze-paper root/usr/lib/anze/anze-press 2>/dev/null |
    sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "dist/deb.sh: dpkg-shlibdeps found nothing" >&2; exit 1; }
cat >$root/DEBIAN/control <<END
Package: anze
Version: $version
Architecture: $arch
Maintainer: the anze authors <anze@example.org>
Installed-Size: $(du -sk $root | cut -f1)
Depends: $depends, adduser
Recommends: fonts-noto-cjk, fonts-noto-cjk-extra, fonts-arphic-ukai, fonts-arphic-uming
Section: admin
Priority: optional
Description: cybersecurity responsibility and information-system governance
 Who answers for which system, which weaknesses were notified and by when they must be gone, what follows
 when they are not, and which article of which rule each of these rests on.
END
echo /etc/default/anze >$root/DEBIAN/conffiles
cat >$root/DEBIAN/postinst <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    adduser --system --group --home /var/lib/anze --no-create-home --quiet anze
    install -d -o anze -g anze -m 0700 /var/lib/anze
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
    [ -e /var/lib/anze/anze.db ] ||
        echo "anze: make the data folder:  runuser -u anze -- anze init --data /var/lib/anze   then  systemctl enable --now anze"
    [ ! -d /run/systemd/system ] || systemctl try-restart anze.service || true
fi
END
cat >$root/DEBIAN/prerm <<'END'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl disable --now anze.service anze-backup.timer || true
fi
END
chmod 755 $root/DEBIAN/postinst $root/DEBIAN/prerm
dpkg-deb --root-owner-group --build $root "build/anze_${version}_$arch.deb" >/dev/null
echo "build/anze_${version}_$arch.deb"
