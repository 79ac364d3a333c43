using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace CloudBackup.Loader;

/// <summary>
/// Loads the module's assemblies and everything they depend on from the module's own folder, into a context of their own: another module
/// may bring other versions of the same libraries. This assembly is all of CloudBackup that enters the default context.
/// </summary>
public sealed class ModuleContext : AssemblyLoadContext
{
    private static readonly ConcurrentDictionary<string, ModuleContext> Contexts = new(StringComparer.Ordinal);

    private static readonly string[] Systems = [RuntimeInformation.RuntimeIdentifier, PlainSystemName()];

    private readonly string _folder;
    private readonly string[] _folders;

    private ModuleContext(string folder)
        : base($"CloudBackup ({folder})")
    {
        _folder = folder;
        _folders = [.. Array.ConvertAll(Systems, system => Path.Join(folder, system)), folder];
    }

    /// <summary>
    /// Loads assemblies of the module; the same ones each time, so that all runspaces of a process share types.
    /// </summary>
    /// <param name="folder">The folder with the module's assemblies.</param>
    /// <param name="names">The assemblies' names, without extension.</param>
    /// <exception cref="FileNotFoundException">The folder does not hold one of them.</exception>
    public static Assembly[] Load(string folder, string[] names)
    {
        var context = Contexts.GetOrAdd(Path.GetFullPath(folder), path => new ModuleContext(path));
        return Array.ConvertAll(names, name => context.LoadFromAssemblyName(new AssemblyName(name)));
    }

    /// <summary>
    /// What the folder does not hold comes from the default context: the runtime and PowerShell itself. An assembly that was compiled for
    /// this system beforehand (<c>RID/name.dll</c>) is taken before the one that runs anywhere.
    /// </summary>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        foreach (var folder in _folders)
        {
            var path = Path.Join(folder, assemblyName.Name + ".dll");
            if (File.Exists(path))
            {
                return LoadFromAssemblyPath(path);
            }
        }
        return null;
    }

    /// <summary>Native libraries lie where NuGet packages have them: <c>runtimes/RID/native</c>.</summary>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        foreach (var system in Systems)
        {
            foreach (var file in new[] { $"lib{unmanagedDllName}.so", $"lib{unmanagedDllName}.dylib", $"{unmanagedDllName}.dll", unmanagedDllName })
            {
                var path = Path.Join(_folder, "runtimes", system, "native", file);
                if (File.Exists(path))
                {
                    return LoadUnmanagedDllFromPath(path);
                }
            }
        }
        return nint.Zero;
    }

    /// <summary>The runtime identifier without the distribution and version that some builds of .NET put into theirs.</summary>
    private static string PlainSystemName()
    {
#pragma warning disable CA1308 // runtime identifiers are lower case
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
#pragma warning restore CA1308
        if (OperatingSystem.IsWindows())
        {
            return $"win-{architecture}";
        }
        if (OperatingSystem.IsMacOS())
        {
            return $"osx-{architecture}";
        }
        var isMusl = RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);
        return isMusl ? $"linux-musl-{architecture}" : $"linux-{architecture}";
    }
}
