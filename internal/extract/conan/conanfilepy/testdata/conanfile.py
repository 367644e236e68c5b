# self.requires("not/1.0")
from conan import ConanFile
from conan.tools.cmake import cmake_layout


class Clock(ConanFile):
    """A clock.

    requires = "not/1.0"
    """
    name = "clock"
    version = "1.0"
    settings = "os", "arch"
    options = {"shared": [True, False]}
    requires = "gauge/1.2.0", "needle/[>=0.9 <2.0]@dials/stable"
    tool_requires = ["tool/2.0", 'older/1.9']
    test_requires = ("probe/3.0",)
    python_requires = "helper/0.1@dials/stable"

    def requirements(self):
        self.requires("hand/1.0", transitive_headers=True)
        self.requires(ref="named/1.1")
        if self.settings.os == "Windows":
            self.requires("windows/cci.20230101", options={"shared": True})
        else:
            self.requires("hand/1.0")
            self.requires("hand/0.9")
        self.requires(f"formatted/{self.version}")
        self.requires(f"plain/1.0")
        self.requires("percent/%s" % self.version)
        self.requires("format/{}@a/b".format(self.version))
        self.requires("forced/1.0", override=True)
        self.requires(
            "lines/1.0#0123",
            headers=True,
        )
        for ref in self.conan_data["requirements"]:
            self.requires(ref)
        self.requires(f"{name}/1.0")
        if self.requires == "x/1.0":
            pass

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.15]")
        self.test_requires("gtest/1.14.0")


class Old(ConanFile):
    requires = (("private/1.0", "private"),
                ("both/2.0@a/b", "override"), "bare/3.0")
    build_requires = "builder/1.0"
