pluginManagement {
    val forge: String by settings
    plugins {
        kotlin("jvm") version "2.0.0"
        id("org.example.forge") version forge apply false
    }
    includeBuild("build-logic")
}
plugins {
    id("org.example.settings") version ("0.4")
}
dependencyResolutionManagement {
    versionCatalogs {
        register("libs") {
            from(files("../gradle/libs.versions.toml"))
            val bronze = version("bronze", "3.1")
            library("anvil-core", "org.example", "anvil").versionRef(bronze)
            plugin("smith", "org.example.smith").versionRef("bronze")
            bundle("all", listOf("anvil-core"))
        }
        getByName("libs") {
            library("bell", "org.example:bell:3.3")
        }
    }
}
apply(from = "gradle/extra.settings.gradle.kts")
rootProject.name = "forge"
include(":app")
