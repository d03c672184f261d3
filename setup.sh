#!/bin/sh
# Sets up what a make target needs, on a fresh Debian 12 too; says nothing when all is there.
#
#     sh setup.sh run      the running system: demo, serve, worker
#     sh setup.sh lint     the same, and the Python packages of development
#     sh setup.sh test     the same, and the servers and the browser that tests start
#     sh setup.sh paddle   the same, and paddlepaddle (training, GPU workers)
#     sh setup.sh train    the same, and more Chinese fonts, so that drawn samples vary as print does
#
# As root it installs missing Debian packages; otherwise it names all of them, and the command, once.
set -eu
cd "$(dirname "$0")"
scope=${1:-test}
case $scope in
    run)    locks="requirements.lock" ;;
    lint)   locks="requirements.lock requirements-dev.lock" ;;
    test)   locks="requirements.lock requirements-dev.lock" ;;
    paddle|train) locks="requirements.lock requirements-dev.lock requirements-paddle.lock" ;;
    *)      sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
for python in ${PYTHON:-} python3.11 python3; do
    "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && break
done
venv=.venv
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# package | what shows that it is there: a shared library, a file (pattern), or a check | what it is for
needs() {
    cat <<-'TABLE'
	python3.11|check python_version|Guidang runs on it (PYTHON=... names one elsewhere)
	python3.11-venv|check python_venv|the virtual environment
	TABLE
    [ "$scope" = lint ] || cat <<-'TABLE'
	libpango-1.0-0|library libpango-1.0.so.0|PDF reports
	libpangoft2-1.0-0|library libpangoft2-1.0.so.0|PDF reports
	libharfbuzz-subset0|library libharfbuzz-subset.so.0|fonts inside PDF files
	fontconfig|file /usr/bin/fc-list|finding fonts
	fonts-arphic-gkai00mp|file /usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf|handwriting in samples
	fonts-noto-cjk|file /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc|Chinese text in PDF files and samples
	fonts-liberation|file /usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf|Latin text in samples
	libgl1|library libGL.so.1|recognition (OpenCV)
	libglib2.0-0|library libgthread-2.0.so.0|recognition (OpenCV)
	TABLE
    case $scope in test|paddle|train) cat <<-'TABLE'
	chromium|file /usr/bin/chromium|browser tests
	libatomic1|library libatomic.so.1|browser tests (Playwright)
	postgresql|file /usr/lib/postgresql/*/bin/initdb|tests on PostgreSQL
	TABLE
    esac
    case $scope in paddle|train) echo 'libgomp1|library libgomp.so.1|paddlepaddle' ;; esac
    [ "$scope" != train ] || cat <<-'TABLE'
	fonts-arphic-gbsn00lp|file /usr/share/fonts/truetype/arphic-gbsn00lp/gbsn00lp.ttf|song print in samples
	fonts-arphic-uming|file /usr/share/fonts/truetype/arphic/uming.ttc|song print in samples
	fonts-arphic-ukai|file /usr/share/fonts/truetype/arphic/ukai.ttc|kai print and handwriting in samples
	fonts-lxgw-wenkai|file /usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf|handwriting in samples
	fonts-klee|file /usr/share/fonts/truetype/klee/KleeOne-Regular.ttf|digits by hand in samples
	fonts-wqy-zenhei|file /usr/share/fonts/truetype/wqy/wqy-zenhei.ttc|hei print in samples
	fonts-wqy-microhei|file /usr/share/fonts/truetype/wqy/wqy-microhei.ttc|hei print in samples
	fonts-ocr-b|file /usr/share/fonts/opentype/ocr-b/OCRB.otf|digits of cards in samples
	TABLE
}

python_version() { "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; }
python_venv() { "$python" -c 'import ensurepip' 2>/dev/null; }
library() { case $libraries in *"$1 "*) ;; *) return 1 ;; esac; }
file() { set -- $1; [ -e "$1" ]; }
check() { "$1"; }

# Lines "package|what it is for" of all that is missing.
missing() {
    libraries=$(/sbin/ldconfig -p)
    needs | while IFS='|' read -r package probe purpose; do
        $probe || echo "$package|$purpose"
    done
}

# step WORDS... -- COMMAND...: one line when it starts, its seconds when it ends, its output only if it fails.
step() {
    words=""
    while [ "$1" != -- ]; do words="$words $1"; shift; done
    shift
    printf 'set-up:%s …' "$words"
    started=$(date +%s)
    if "$@" >"$log" 2>&1; then
        printf ' %s s\n' $(($(date +%s) - started))
    else
        printf ' failed\n'
        tail -n 25 "$log" >&2
        return 1
    fi
}

install_packages() {
    # Without this Debian would start a database server of its own.
    if [ ! -e /usr/share/postgresql-common ]; then
        mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/guidang.conf
    fi
    apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

name_missing() {
    install="apt-get update && apt-get install -y --no-install-recommends $(echo "$1" | cut -d'|' -f1 | tr '\n' ' ')"
    {
        echo "Guidang needs Debian packages that are missing here:"
        echo
        echo "$1" | awk -F'|' '{ printf "    %-22s %s\n", $1, $2 }'
        echo
        echo "Install them with this one command, then run make again:"
        echo
        if command -v sudo >/dev/null; then
            echo "    sudo sh -c '${install% }'"
        else
            echo "    su -c '${install% }'"
        fi
    } >&2
}

debian_packages() {
    lack=$(missing)
    [ -n "$lack" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        names=$(echo "$lack" | cut -d'|' -f1)
        # shellcheck disable=SC2086  # one argument for each package
        step Debian packages $names -- install_packages $names || true
        lack=$(missing)
    fi
    [ -z "$lack" ] || { name_missing "$lack"; exit 1; }
}

# uv installs ten times as fast; pip is asked where uv finds no way out (it reads other configuration).
install_locked() {
    "$venv/bin/uv" pip install --python "$venv/bin/python" --no-deps --no-build-isolation "$@" ||
        "$venv/bin/pip" install --no-deps --no-build-isolation "$@"
}

is_installed() { [ "$(cat "$venv/set-up/$1" 2>/dev/null)" = "$(sha256sum "$1") $place" ]; }
mark_installed() { echo "$(sha256sum "$1") $place" >"$venv/set-up/$1"; }

python_packages() {
    place="$("$python" -V) $PWD"
    for lock in requirements-build.lock $locks; do
        # Built anew, so that a package which left the lock leaves the environment too.
        if [ -e "$venv/set-up/$lock" ] && ! is_installed "$lock"; then rm -rf "$venv"; fi
    done
    if ! is_installed requirements-build.lock; then
        step virtual environment "$venv" -- "$python" -m venv "$venv"
        step installer -- "$venv/bin/pip" install --no-deps --require-hashes -r requirements-build.lock
        mkdir -p "$venv/set-up"
        mark_installed requirements-build.lock
    fi
    for lock in $locks; do
        is_installed "$lock" && continue
        step "$(grep -c == "$lock")" Python packages of "$lock" -- install_locked --require-hashes -r "$lock"
        mark_installed "$lock"
    done
}

# Editable: modules are imported from where they stand; "compat" puts the folder itself on the path, so new ones count.
project() {
    ! is_installed pyproject.toml || return 0
    step guidang itself -- install_locked --config-settings editable_mode=compat -e .
    mark_installed pyproject.toml
}

# uv leaves no bytecode, and a service account may not write any: every start would compile 2,600 files anew (4 s).
bytecode() {
    if [ "$scope" = lint ] || [ -e "$venv/set-up/bytecode" ]; then return 0; fi
    step bytecode of what the programs load -- env -u PYTHONDONTWRITEBYTECODE \
        PADDLE_PDX_CACHE_HOME=var/paddlex PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK=True "$venv/bin/python" -c \
        'import guidang, handlers.jobs, handlers.worker, handlers.platform.transport, web.app, ocr.pipeline, onnxruntime, paddleocr'
    : >"$venv/set-up/bytecode"
}

exec 9>.setup.lock
flock 9
debian_packages
python_packages
project
bytecode
