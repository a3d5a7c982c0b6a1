# Turns the unit of the service into that of `flask metrics serve`, which Prometheus reads.
# The folder of the metrics belongs to the service.
/^Description=/s/$/ metrics/
/^After=/s/$/ {{ cookiecutter.project_slug }}.service/
/^After=/a PartOf={{ cookiecutter.project_slug }}.service
/^ExecStartPre=/d
/^RuntimeDirectory=/d
s/flask serve$/flask metrics serve/
