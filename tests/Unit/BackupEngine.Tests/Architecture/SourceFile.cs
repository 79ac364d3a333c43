using System.Text.RegularExpressions;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Architecture;

/// <summary>A file of the repository.</summary>
/// <param name="Path">Its path below the repository, with slashes.</param>
/// <param name="Lines">Its lines.</param>
internal sealed partial record SourceFile(string Path, string[] Lines)
{
    /// <summary>The file without comments.</summary>
    public string Code { get; } = Comment().Replace(string.Join('\n', Lines), "");

    /// <summary>All C# and PowerShell files below some folders, but those that a build makes.</summary>
    public static IReadOnlyList<SourceFile> Below(params string[] folders) =>
    [
        .. from folder in folders
           let path = System.IO.Path.Join(Repository.Root, folder)
           where Directory.Exists(path)
           from file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
           where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".ps1", StringComparison.Ordinal)
           let relative = System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
           where !relative.Split('/').Any(part => part is "bin" or "obj")
           orderby relative
           select new SourceFile(relative, File.ReadAllLines(file)),
    ];

    /// <summary>Whether it lies in a folder, at any depth.</summary>
    public bool IsIn(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>The names of the types that it declares, nested ones aside.</summary>
    public IEnumerable<string> ReadTypes() => Declaration().Matches(Code).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^(?:public|internal)(?: (?:sealed|static|abstract|partial|readonly|unsafe))* (?:class|record|struct|interface|enum|delegate \w+)(?: struct)? (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
