#!/bin/sh
# One monitor, one manager, one OSD in memory and an S3 gateway, all on loopback and without authentication
# among themselves. Runs until its standard input closes; says "ready" when the gateway answers.
#     radosgw.sh DIRECTORY MONITOR_PORT GATEWAY_PORT ACCESS_KEY SECRET_KEY
set -eu
dir=$1 monitor=$2 gateway=$3 key=$4 secret=$5
fsid=$(cat /proc/sys/kernel/random/uuid)
export CEPH_CONF="$dir/ceph.conf"
mkdir -p "$dir/mon" "$dir/osd" "$dir/mgr" "$dir/rgw"
cat > "$CEPH_CONF" <<END
[global]
fsid = $fsid
mon host = v1:127.0.0.1:$monitor
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 1073741824
mon allow pool size one = true
mon data = $dir/mon
mgr data = $dir/mgr
osd data = $dir/osd
rgw data = $dir/rgw
log file = $dir/\$name.log
admin socket = $dir/\$name.asok
run dir = $dir
ms bind msgr2 = false
mon data avail crit = 0
rgw dns name =
END
daemons=
trap 'kill $daemons 2>/dev/null; wait' EXIT
start() {
    "$@" > "$dir/out.log" 2>&1 &
    daemons="$daemons $!"
}
monmaptool --create --fsid "$fsid" --addv a "v1:127.0.0.1:$monitor" "$dir/monmap" > /dev/null
ceph-mon --mkfs -i a --monmap "$dir/monmap"
start ceph-mon -f -i a
ceph --connect-timeout 30 osd new "$fsid" 0 > /dev/null
ceph-osd -i 0 --mkfs --osd-uuid "$fsid" > /dev/null 2>&1
start ceph-osd -f -i 0
start ceph-mgr -f -i x
radosgw-admin user create --uid=test --display-name=test --access-key="$key" --secret-key="$secret" > /dev/null 2>&1
start radosgw -f -n client.rgw --rgw-frontends "beast endpoint=127.0.0.1:$gateway"
until curl --silent --noproxy '*' "http://127.0.0.1:$gateway" > /dev/null; do sleep 0.2; done
echo ready
cat > /dev/null
