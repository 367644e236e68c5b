require 'json'
package = JSON.parse(File.read(File.join(__dir__, 'package.json')))

Pod::Spec.new do |s|
  s.name             = 'Clock'
  s.version          = package['version']
  s.summary          = "A clock; s.dependency 'Nothing'"
  s.source           = { :git => 'https://git.example.org/clock.git', :tag => s.version.to_s }
  s.description      = <<-DESC
    It has s.dependency 'Nothing'
  DESC
  s.default_subspecs = 'Core', 'Dial'
  s.dependency 'Gauge', '~> 1.2'
  s.dependency 'Needle/Red', '>= 1.0', '< 3'
  s.dependency "Exact", "= 2.0.1"
  s.ios.dependency 'Hand'
  s.dependency('Brackets', '1.0')
  s.dependency 'Open', package['needs']
  s.dependency package['name']
  s.dependency 'Beta', '~> 2.0-beta', :configurations => ['Debug']

  s.subspec 'Core' do |ss|
    ss.source_files = 'Core/**'
    ss.dependency 'Spring'
    ss.subspec 'Inner' do |sss|
      sss.dependency 'Screw', '~> 4'
    end
  end
  s.subspec 'Dial' do |ss|
    ss.dependency 'Clock/Core'
    ss.dependency 'Spring'
    ss.osx.dependency 'Paint'
  end
  s.subspec 'Alarm' do |ss|
    ss.dependency 'Bell', '~> 0.3'
  end
  s.test_spec 'Tests' do |ts|
    ts.dependency 'Probe', '~> 3.8'
  end
  s.app_spec 'Demo' do |as|
    as.dependency 'Stage'
  end
  if ENV['NEW']
    s.dependency 'Gauge', '~> 1.2'
    s.dependency 'Lamp'
  end
end
