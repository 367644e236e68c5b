@file:Suppress("UnstableApiUsage")
// KX-101: a Kotlin script is read like one in Groovy
import org.example.build.testVersion

/* comments /* nest */ dependencies { implementation("org.example:no:1") } */
buildscript {
    val pluginVersion by extra("1.9.0")
    dependencies {
        classpath("org.example.build:plugin:$pluginVersion")
    }
}

plugins {
    `java-library`
    kotlin("jvm") version "2.1.0"
    kotlin("kapt")
    id("org.example.versions") version "0.52.0" apply false
    id("org.example.chained").version("1.1")
    id("org.example.convention")
    alias(libs.plugins.shadow) apply false
    alias(libs.plugins.with.version) version "3.0"
}

val forgeVersion = "2.1.0"
val anvilVersion: String = "1.7"
val emberVersion: String by project
extra["coalVersion"] = "0.9"
val versions = mapOf("bellows" to "3.0", "tongs" to forgeVersion)

dependencies {
    implementation("org.example:string:2.0")
    implementation(group = "org.example", name = "named", version = "1.0")
    implementation("org.example", "positional", "1.1")
    implementation("org.example", "positional-without-version")
    "integrationTestImplementation"("org.example:custom:1.2")
    add("kapt", "org.example:added:1.3")
    api(platform("org.example:bom:5.0"))
    api(enforcedPlatform(libs.enforced.bom))
    implementation(kotlin("stdlib"))
    implementation(kotlin("reflect", "2.0.0"))
    implementation("org.example:known:$forgeVersion")
    implementation("org.example:typed:$anvilVersion.1")
    implementation("org.example:extra:${extra["coalVersion"]}")
    implementation("org.example:property:${property("coalVersion")}")
    implementation("org.example:entry:${versions["bellows"]}")
    implementation("org.example:catalog:${libs.versions.forge.get()}")
    implementation("org.example:unknown:$emberVersion")
    implementation(libs.square.okio)
    implementation(libs.anvil.get())
    implementation(projects.client)
    implementation(project(":server"))
    implementation(files("libs/a.jar"))
    implementation(dependencies.create("org.example:created:4.0"))
    implementation("org.example:strict") {
        version {
            strictly("[1.7, 1.8[")
            prefer("1.7.25")
        }
        exclude(group = "org.example", module = "smoke")
    }
    implementation(npm("left", "1.0"))
    testImplementation("""org.example:raw:5.1""")
    constraints {
        implementation("org.example:managed:6.0") { because("""a "reason" }""") }
    }
    implementation("org.example:managed")
}

kotlin {
    sourceSets {
        commonMain.dependencies {
            implementation("org.example:common:7.0")
        }
        commonTest.dependencies {
            implementation("org.example:common-test:7.0")
        }
        val jvmTest by getting {
            dependencies {
                implementation("org.example:of-tests:7.1")
            }
        }
        named("iosMain") {
            dependencies { implementation("org.example:of-ios:7.2") }
        }
        if (testVersion >= 17) {
            val jvmMain by getting {
                dependencies { api("org.example:conditional:7.3") }
            }
        }
    }
}

testing {
    suites {
        register<JvmTestSuite>("integrationTest") {
            dependencies { implementation("org.example:of-a-suite:8.0") }
        }
    }
}

tasks.withType<Test> { val quote = '"'; systemProperty("a", "${project.layout.map { it }}") }
