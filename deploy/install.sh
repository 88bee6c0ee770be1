#!/bin/sh
# Make this machine (Debian, Ubuntu) a night desk, or bring one up to date: docs/nightly.md.
set -eu
umask 022  # the user reads what root installs

usage() {
    cat <<'END'
Usage: sudo deploy/install.sh [--root FOLDER] ADDRESS

Installs what a night needs into .venv, makes the user "broadsheet", whose home /var/lib/broadsheet holds sites and data,
writes /etc/broadsheet/environment with your mail ADDRESS, by which a newspaper reaches you, and starts a night every
night at two, by systemd or, where there is none, by cron. What is there is kept: run it again after an update.

  --root FOLDER  only write the files, below FOLDER, to look at them or to make an image

Example: sudo /srv/broadsheet/deploy/install.sh you@university.example
END
}

stop() {
    echo "install.sh: $1" >&2
    exit 2
}

install_packages() {
    make -s -C "$code" nightly
}

make_user() {
    id broadsheet >/dev/null 2>&1 ||
        useradd --system --user-group --create-home --home-dir "$home" --shell /bin/bash broadsheet
    install -d -m 750 -o broadsheet -g broadsheet "$home" "$logs"
}

write_files() {
    install -d "$root$home" "$root/etc/broadsheet" "$root/etc/logrotate.d" "$root/etc/systemd/system"
    ln -sfn "$code/scrapy.cfg" "$root$home/scrapy.cfg"
    if [ -e "$environment" ]; then
        echo "$environment is kept as it is."
    else
        (umask 027 && fill "$code/deploy/environment" >"$environment")
    fi
    # A shell of this user knows what a night knows, and so does cron.
    grep -qs broadsheet/environment "$root$home/.profile" ||
        printf '%s\n' "PATH=$code/.venv/bin:\$PATH" 'set -a; . /etc/broadsheet/environment; set +a' >>"$root$home/.profile"
    fill "$code/deploy/crontab" >"$root/etc/broadsheet/crontab"
    for unit in broadsheet.service broadsheet.timer; do
        fill "$code/deploy/$unit" >"$root/etc/systemd/system/$unit"
    done
    install -m 644 "$code/deploy/logrotate" "$root/etc/logrotate.d/broadsheet"
}

fill() {
    sed -e "s#/srv/broadsheet#$code#g" -e "s#you@university.example#$address#g" "$1"
}

give_files() {
    chown root:broadsheet "$environment"
    chmod 640 "$environment"
    chown broadsheet:broadsheet "$home/.profile"
    chown -h broadsheet:broadsheet "$home/scrapy.cfg"
}

check_user() {
    runuser -u broadsheet -- "$code/.venv/bin/python" -c 'import crawler' >/dev/null 2>&1 || stop \
        "the user broadsheet cannot run $(readlink -f "$code/.venv/bin/python"): give it a Python that all may read (make -C $code clean nightly PYTHON=/usr/bin/python3), and run this again"
}

start_nights() {
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        if systemctl is-enabled --quiet broadsheet-worker 2>/dev/null; then
            echo "This machine is a worker of a fleet, which begins the nights: the timer stays as it is."
            return
        fi
        systemctl enable --now broadsheet.timer
        systemctl list-timers --no-pager broadsheet.timer
    elif command -v crontab >/dev/null; then
        crontab -u broadsheet "$root/etc/broadsheet/crontab"
        echo "No systemd here: cron starts a night at two."
    else
        stop "neither systemd nor cron is here, so that nothing starts a night; install the package cron and run this again"
    fi
}

root="" address=""
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage && exit 0 ;;
        --root) [ $# -gt 1 ] || stop "--root wants a folder"; root=$2; shift ;;
        *@*.*) address=$1 ;;
        *) stop "\"$1\" is no mail address; try --help" ;;
    esac
    shift
done

code=$(cd "$(dirname "$0")/.." && pwd)
home=/var/lib/broadsheet logs=/var/log/broadsheet
environment=$root/etc/broadsheet/environment
[ -n "$address" ] || address=$(sed -n 's/^BROADSHEET_CONTACT=//p' "$environment" 2>/dev/null) || true
[ -n "$address" ] || stop "say your mail address, by which a newspaper reaches you; try --help"
case $code$address in *[!A-Za-z0-9@._/+-]*) stop "\"$code\" or \"$address\" has a sign that systemd or cron may misread" ;; esac

if [ -n "$root" ]; then
    write_files
else
    [ "$(id -u)" = 0 ] || stop "it makes a user and a timer: run it as root, with sudo"
    install_packages
    make_user
    check_user
    write_files
    give_files
    start_nights
    echo "Next: sudo -iu broadsheet, then scrapy sites add https://www.example.org/"
fi
