"""The official Python client's dynamic client against a server: discovery, every verb, server-side apply, custom resources, watches.

Follows the walks of the client's own examples: each step asserts what a user would see. Prints `ok STEP` lines; the first failure ends it.
"""

import sys

from kubernetes import client, config, dynamic, watch
from kubernetes.dynamic.exceptions import ConflictError, NotFoundError

NAMESPACE = "default"


def step(name):
    def run(function):
        function()
        print(f"ok {name}", flush=True)

    return run


config.load_kube_config(config_file=sys.argv[1])
api_client = client.ApiClient()
dynamic_client = dynamic.DynamicClient(api_client)


@step("discovery finds kinds by name, group and version")
def _():
    assert dynamic_client.resources.get(api_version="v1", kind="ConfigMap").namespaced
    assert dynamic_client.resources.get(api_version="apps/v1", kind="Deployment").subresources["status"]
    assert not dynamic_client.resources.get(kind="Namespace", api_version="v1").namespaced
    assert dynamic_client.version["kubernetes"]["minor"] == "31"


@step("a ConfigMap is created, read, listed, patched, replaced and deleted")
def _():
    api = dynamic_client.resources.get(api_version="v1", kind="ConfigMap")
    name = "dynamic"
    body = {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": {"name": name, "labels": {"foo": "bar"}},
        "data": {"config.json": '{"command":"/usr/bin/mysqld_safe"}', "frontend.cnf": "[mysqld]\nbind-address = 10.0.0.3\n"},
    }
    api.create(body=body, namespace=NAMESPACE)
    found = api.get(name=name, namespace=NAMESPACE, label_selector="foo=bar")
    assert found.data["config.json"] == body["data"]["config.json"]
    assert [one.metadata.name for one in api.get(namespace=NAMESPACE, label_selector="foo=bar").items] == [name]
    body["data"]["config.json"] = "{}"
    patched = api.patch(name=name, namespace=NAMESPACE, body=body, content_type="application/merge-patch+json")
    assert patched.data["config.json"] == "{}"
    replaced = api.replace(name=name, namespace=NAMESPACE, body={**patched.to_dict(), "data": {"a": "1"}})
    assert replaced.data.to_dict() == {"a": "1"}
    try:
        api.replace(name=name, namespace=NAMESPACE, body=patched.to_dict())
        raise AssertionError("an old version was accepted")
    except ConflictError as error:
        assert error.status == 409
    api.delete(name=name, namespace=NAMESPACE, body={})
    try:
        api.get(name=name, namespace=NAMESPACE)
        raise AssertionError("it is still there")
    except NotFoundError as error:
        assert error.status == 404


@step("server-side apply owns fields, refuses others' and forces")
def _():
    api = dynamic_client.resources.get(api_version="v1", kind="ConfigMap")
    config_map = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "applied"}, "data": {"a": "1"}}
    api.server_side_apply(namespace=NAMESPACE, body=config_map, field_manager="one")
    try:
        api.server_side_apply(namespace=NAMESPACE, body={**config_map, "data": {"a": "2"}}, field_manager="two")
        raise AssertionError("a conflict was not seen")
    except ConflictError as error:
        assert "conflict with" in error.summary()
    forced = api.server_side_apply(
        namespace=NAMESPACE, body={**config_map, "data": {"a": "2"}}, field_manager="two", force_conflicts=True
    )
    assert forced.data["a"] == "2"


@step("a Deployment is scaled through its subresource")
def _():
    api = dynamic_client.resources.get(api_version="apps/v1", kind="Deployment")
    labels = {"app": "dynamic"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "web:1"}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    api.create(namespace=NAMESPACE, body={"metadata": {"name": "dynamic"}, "spec": spec})
    api.subresources["scale"].patch(
        name="dynamic", namespace=NAMESPACE, body={"spec": {"replicas": 3}}, content_type="application/merge-patch+json"
    )
    assert api.get(name="dynamic", namespace=NAMESPACE).spec.replicas == 3
    api.delete(name="dynamic", namespace=NAMESPACE)


@step("a custom resource is defined, made in two scopes of names, patched, watched and deleted")
def _():
    crds = dynamic_client.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition")
    names = {"kind": "IngressRoute", "plural": "ingressroutes", "singular": "ingressroute", "listKind": "IngressRouteList"}
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"virtualhost": {"type": "string"}, "ttl": {"type": "integer"}}}},
    }
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "ingressroutes.python.kubetape.dev"},
        "spec": {
            "group": "python.kubetape.dev",
            "names": names,
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    crds.create(definition)
    for event in crds.watch(timeout=20, name="ingressroutes.python.kubetape.dev"):
        conditions = event["object"].status and event["object"].status.conditions or []
        if any(one.type == "Established" and one.status == "True" for one in conditions):
            break
    dynamic_client.resources.invalidate_cache()
    api = dynamic_client.resources.get(api_version="python.kubetape.dev/v1", kind="IngressRoute")
    route = {"apiVersion": "python.kubetape.dev/v1", "kind": "IngressRoute", "metadata": {"name": "first"}, "spec": {"ttl": 9007199254740993}}
    made = api.create(body=route, namespace=NAMESPACE)
    assert made.spec.ttl == 9007199254740993
    api.patch(name="first", namespace=NAMESPACE, body={"spec": {"virtualhost": "a.example"}}, content_type="application/merge-patch+json")
    assert api.get(name="first", namespace=NAMESPACE).spec.virtualhost == "a.example"
    api.delete(name="first", namespace=NAMESPACE)
    crds.delete(name="ingressroutes.python.kubetape.dev")


@step("typed calls and Watch follow ConfigMaps")
def _():
    core = client.CoreV1Api(api_client)
    listed = core.list_namespaced_config_map(NAMESPACE)
    core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": "watched"}})
    core.delete_namespaced_config_map("watched", NAMESPACE)
    seen = []
    stream = watch.Watch().stream(
        core.list_namespaced_config_map, NAMESPACE, resource_version=listed.metadata.resource_version, timeout_seconds=5
    )
    for event in stream:
        if event["object"].metadata.name == "watched":
            seen.append(event["type"])
        if seen[-1:] == ["DELETED"]:
            break
    assert seen == ["ADDED", "DELETED"], seen


@step("lists are read page by page")
def _():
    core = client.CoreV1Api(api_client)
    for at in range(5):
        core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": f"page-{at}", "labels": {"set": "pages"}}})
    names, token = [], None
    while token != "":
        page = core.list_namespaced_config_map(NAMESPACE, label_selector="set=pages", limit=2, _continue=token)
        names += [one.metadata.name for one in page.items]
        token = page.metadata._continue or ""
    assert names == [f"page-{at}" for at in range(5)], names
