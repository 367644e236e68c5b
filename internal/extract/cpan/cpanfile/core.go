package cpanfile

import "strings"

// core are modules that Perl itself brings and that applications name most; a
// snapshot has them only in newer versions.
const core = `
AutoLoader B Benchmark CPAN CPAN::Meta CPAN::Meta::Requirements CPAN::Meta::YAML Carp Class::Struct Compress::Raw::Bzip2
Compress::Raw::Zlib Compress::Zlib Config Cwd DB_File Data::Dumper Devel::PPPort Digest Digest::MD5 Digest::SHA Digest::base
Digest::file DirHandle Dumpvalue DynaLoader Encode Encode::Encoding Encode::Guess English Env Errno Exporter ExtUtils::CBuilder
ExtUtils::Command ExtUtils::Constant ExtUtils::Embed ExtUtils::Install ExtUtils::Installed ExtUtils::MakeMaker ExtUtils::Manifest
ExtUtils::Mkbootstrap ExtUtils::ParseXS ExtUtils::Typemaps Fcntl File::Basename File::Compare File::Copy File::Fetch File::Find
File::Glob File::Path File::Spec File::Spec::Functions File::Temp File::stat FileHandle Filter::Simple Filter::Util::Call FindBin
Getopt::Long Getopt::Std HTTP::Tiny Hash::Util I18N::LangTags I18N::Langinfo IO IO::Compress::Gzip IO::Dir IO::File IO::Handle
IO::Pipe IO::Poll IO::Seekable IO::Select IO::Socket IO::Socket::INET IO::Socket::IP IO::Socket::UNIX IO::Uncompress::Gunzip IO::Zlib
IPC::Cmd IPC::Open2 IPC::Open3 IPC::SysV JSON::PP List::Util Locale::Maketext MIME::Base64 MIME::QuotedPrint Math::BigFloat
Math::BigInt Math::BigRat Math::Complex Math::Trig Memoize Module::CoreList Module::Load Module::Load::Conditional Module::Loaded
Module::Metadata NEXT Net::FTP Net::Ping Net::SMTP Opcode POSIX Params::Check Parse::CPAN::Meta Perl::OSType PerlIO
PerlIO::encoding PerlIO::scalar Pod::Checker Pod::Escapes Pod::Man Pod::Simple Pod::Text Pod::Usage SDBM_File Safe Scalar::Util
Search::Dict SelectSaver SelfLoader Socket Storable Sub::Util Symbol Sys::Hostname Sys::Syslog TAP::Harness Term::ANSIColor Term::Cap
Term::ReadLine Test Test2::API Test::Builder Test::Harness Test::More Test::Simple Test::Tester Text::Abbrev Text::Balanced
Text::ParseWords Text::Tabs Text::Wrap Thread::Queue Thread::Semaphore Tie::Array Tie::File Tie::Handle Tie::Hash
Tie::RefHash Tie::Scalar Time::HiRes Time::Local Time::Piece Time::Seconds Time::gmtime Time::localtime UNIVERSAL
Unicode::Collate Unicode::Normalize Unicode::UCD User::grent User::pwent XSLoader attributes autodie autouse base bigint bignum
bigrat blib builtin bytes charnames constant deprecate diagnostics encoding experimental feature fields filetest if integer less
lib locale mro open ops overload overloading parent re sigtrap sort stable strict subs threads threads::shared utf8 vars version
vmsish warnings warnings::register
`

// isCore tells whether Perl itself brings a module.
func isCore(module string) bool {
	for name := range strings.FieldsSeq(core) {
		if name == module {
			return true
		}
	}
	return false
}
