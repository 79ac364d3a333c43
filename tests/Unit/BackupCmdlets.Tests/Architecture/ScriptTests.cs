using System.Management.Automation.Language;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using CloudBackup.Cmdlets.Tests.Support;
using CloudBackup.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Architecture;

/// <summary>What ships, and the scripts around it.</summary>
public sealed class ScriptTests
{
    [Fact]
    public void Every_script_parses()
    {
        var scripts = new[] { "", "module", "examples", "tests/Pester" }.SelectMany(folder => Directory.EnumerateFiles(Path.Join(Repository.Root, folder), "*.ps*1")).ToList();
        Assert.Contains(scripts, script => script.EndsWith("build.ps1", StringComparison.Ordinal));
        Assert.All(scripts, script =>
        {
            Parser.ParseFile(script, out _, out var errors);
            Assert.Empty(errors);
        });
    }

    [Fact]
    public void The_manifest_has_the_version_of_the_build()
    {
        using var session = new Session();
        var version = XDocument.Load(Path.Join(Repository.Root, "Directory.Build.props")).Descendants("VersionPrefix").Single().Value;
        Assert.Equal(version, session.Run("(Get-Module CloudBackup).Version.ToString()").Single().ToString());
    }

    [Fact]
    public void Host_and_loader_refer_to_nothing_of_ours()
    {
        foreach (var file in new[] { Path.ChangeExtension(Built.Host, ".dll"), Path.Join(Path.GetDirectoryName(Built.Manifest), "BackupLoader.dll") })
        {
            using var image = new PEReader(File.OpenRead(file));
            var metadata = image.GetMetadataReader();
            var names = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToList();
            Assert.NotEmpty(names);
            Assert.DoesNotContain(names, name => name.StartsWith("Backup", StringComparison.Ordinal));
        }
    }
}
