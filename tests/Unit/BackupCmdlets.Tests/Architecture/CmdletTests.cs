using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using CloudBackup.Cmdlets.Tests.Support;
using CloudBackup.Tests.Support;

namespace CloudBackup.Cmdlets.Tests.Architecture;

/// <summary>What every cmdlet keeps to, and what it needs beside its class.</summary>
public sealed class CmdletTests
{
    private static readonly IReadOnlySet<string> ApprovedVerbs =
        new[] { typeof(VerbsCommon), typeof(VerbsCommunications), typeof(VerbsData), typeof(VerbsDiagnostic), typeof(VerbsLifecycle), typeof(VerbsSecurity), typeof(VerbsOther) }
            .SelectMany(verbs => verbs.GetFields()).Select(field => (string)field.GetRawConstantValue()!).ToHashSet();

    [Fact]
    public void Every_cmdlet_is_a_sealed_class_named_after_verb_and_noun_in_the_folder_of_its_noun()
    {
        foreach (var (type, attribute) in Cmdlets())
        {
            Assert.True(type.IsSealed, $"{type.Name} is not sealed");
            Assert.Equal($"CloudBackup.Commands.{attribute.VerbName}{attribute.NounName}Command", type.FullName);
            Assert.Contains(attribute.VerbName, ApprovedVerbs);
            var file = Directory.EnumerateFiles(Path.Join(Repository.Root, "src/BackupCmdlets/Commands"), type.Name + ".cs", SearchOption.AllDirectories).Single();
            Assert.StartsWith(Path.GetFileName(Path.GetDirectoryName(file))!, attribute.NounName, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_cmdlet_is_exported_by_the_manifest_and_nothing_else_is()
    {
        using var session = new Session();
        var exported = session.Invoke("(Get-Module -ListAvailable $args[0]).ExportedCmdlets.Keys", Built.Manifest).Select(name => name.ToString());
        Assert.Equal(Cmdlets().Select(NameOf).Order(StringComparer.Ordinal), exported.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_cmdlet_has_a_Pester_file_that_describes_it()
    {
        var files = Directory.EnumerateFiles(Path.Join(Repository.Root, "tests/Pester"), "*-*.Tests.ps1").ToDictionary(path => Path.GetFileName(path)[..^".Tests.ps1".Length]);
        Assert.Equal(Cmdlets().Select(NameOf).Order(StringComparer.Ordinal), files.Keys.Order(StringComparer.Ordinal));
        Assert.All(files, file =>
        {
            var text = File.ReadAllText(file.Value);
            Assert.Matches($"(?m)^Describe '{Regex.Escape(file.Key)}' {{$", text);
            Assert.True(Regex.Count(text, "(?m)^ +It '") >= 3, $"{file.Key} has fewer than three tests.");
        });
    }

    private static string NameOf((Type Type, CmdletAttribute Attribute) cmdlet) => $"{cmdlet.Attribute.VerbName}-{cmdlet.Attribute.NounName}";

    private static List<(Type Type, CmdletAttribute Attribute)> Cmdlets()
    {
        using var session = new Session();
        var some = (CmdletInfo)session.Run("Get-Command New-AppBackup").Single().BaseObject;
        return
        [
            .. from type in some.ImplementingType.Assembly.GetTypes()
               let attribute = type.GetCustomAttribute<CmdletAttribute>()
               where attribute is not null
               select (type, attribute),
        ];
    }
}
