using System.Reflection;
using CloudBackup.HelpBuilder.Cmdlets;
using CloudBackup.HelpBuilder.Output;
using CloudBackup.HelpBuilder.Pages;

namespace CloudBackup.HelpBuilder;

/// <summary>
/// <c>HelpBuilder ASSEMBLY PAGES OUTPUT</c>: compiles the help of the cmdlets in an assembly. Writes nothing when a page is missing or says what
/// is not so.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is not [var assemblyPath, var pagesFolder, var outputFolder])
        {
            Console.Error.WriteLine("Usage: HelpBuilder ASSEMBLY PAGES OUTPUT");
            return 2;
        }
        // Its dependencies lie beside it, where LoadFrom looks for them.
        var cmdlets = CmdletFacts.Of(Assembly.LoadFrom(Path.GetFullPath(assemblyPath)));
        var library = PageLibrary.Read(Path.GetFullPath(pagesFolder));
        var problems = LibraryCheck.Check(library, cmdlets);
        if (problems.Count > 0)
        {
            foreach (var problem in problems)
            {
                Console.Error.WriteLine(problem);
            }
            return 1;
        }
        Directory.CreateDirectory(outputFolder);
        foreach (var old in Directory.EnumerateFiles(outputFolder, "*.help.txt"))
        {
            File.Delete(old);
        }
        foreach (var about in library.Abouts)
        {
            File.WriteAllText(Path.Join(outputFolder, about.Name + ".help.txt"), AboutText.Of(about));
        }
        MamlFile.Write(Path.Join(outputFolder, Path.GetFileName(assemblyPath) + "-Help.xml"), library, cmdlets);
        return 0;
    }
}
