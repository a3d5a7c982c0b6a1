#!/bin/sh
# Run a flask command, as root, with the settings, the secrets and the user of the service: sh deploy/flask.sh doctor
set -eu
service=$(dirname "$(readlink -f "$0")")/systemd.service
unit={{ cookiecutter.project_slug }}-command-$$
terminal=--pipe
[ ! -t 0 ] || terminal=--pty
# systemd-run does not replace %d, the folder of the secrets.
properties=$(sed -n "s|%d|/run/credentials/$unit.service|
    s/^\(User\|DynamicUser\|WorkingDirectory\|StateDirectory\|UMask\|Environment\|EnvironmentFile\|LoadCredential\)=/--property=\1=/p" "$service")
# shellcheck disable=SC2086 # one word for each property
exec systemd-run --quiet "$terminal" --wait --collect --unit="$unit" $properties \
    /opt/{{ cookiecutter.project_slug }}/.venv/bin/flask "$@"
